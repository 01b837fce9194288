"""A gRPC connection that is there or is not, and that does nothing by itself."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

import certifi
import grpc

from .outside import Deadline

MOST_BYTES = 8 * 1024 * 1024  # of one answer: all doors of a large organisation
OPTIONS = (
    ("grpc.enable_retries", 0),  # gRPC would send a call again, as it thinks fit
    ("grpc.service_config_disable_resolution", 1),  # or because the name service says so
    ("grpc.enable_http_proxy", 0),  # and to whatever proxy the environment names
    ("grpc.use_local_subchannel_pool", 1),  # a connection made now is one that works now
    ("grpc.max_receive_message_length", MOST_BYTES),
)
_STATES = grpc.ChannelConnectivity


@contextmanager
def connected(address: str, *, tls: bool, deadline: Deadline) -> Iterator[grpc.Channel]:
    """A connection on which nothing was asked so far. Raises OSError when there is none before the deadline."""
    if tls:
        credentials = grpc.ssl_channel_credentials(_trusted())
        channel = grpc.secure_channel(address, credentials, OPTIONS)
    else:
        channel = grpc.insecure_channel(address, OPTIONS)
    with channel:
        _wait(channel, deadline)
        yield channel


def _wait(channel: grpc.Channel, deadline: Deadline) -> None:
    states: SimpleQueue[grpc.ChannelConnectivity] = SimpleQueue()
    heard = states.put
    channel.subscribe(heard, try_to_connect=True)
    try:
        while (state := states.get(timeout=deadline.left())) is not _STATES.READY:
            if state in (_STATES.TRANSIENT_FAILURE, _STATES.SHUTDOWN):
                raise ConnectionError("nobody answers there, or not somebody whom we trust")
    except Empty:
        raise TimeoutError("nobody answered there in time") from None
    finally:
        channel.unsubscribe(heard)


def _trusted() -> bytes:
    """As `outside.trusted`, in the only form that gRPC takes. Its own list knows nothing of this computer's."""
    named = ssl.get_default_verify_paths().cafile
    files = [certifi.where(), *([named] if named else [])]
    return b"\n".join(Path(file).read_bytes() for file in files)
