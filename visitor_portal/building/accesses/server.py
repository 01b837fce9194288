"""The gRPC server: every service in one place, TLS, limits, and an end that finishes what was begun."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import grpc
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from . import services
from .interceptors import Guard
from .watching import Ending

MOST_BYTES = 1024 * 1024  # of one message that comes in
GRACE = 8.0  # seconds for what is under way at the end: more than the patience with a lock
_OPTIONS = (
    ("grpc.max_receive_message_length", MOST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),  # a second server on the same port is a mistake, not a helper
    ("grpc.max_concurrent_streams", 200),
    ("grpc.keepalive_time_ms", 30_000),  # a client that vanished is not watched for
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)
_SERVING = health_pb2.HealthCheckResponse.SERVING

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    certificate: str = ""  # files in PEM
    key: str = ""
    behind_proxy: bool = False  # something in front of it ends TLS

    @classmethod
    def by_settings(cls) -> Self:
        files = settings.GRPC_CERTIFICATE, settings.GRPC_KEY
        return cls(settings.GRPC_HOST, settings.GRPC_PORT, *files, behind_proxy=settings.BEHIND_PROXY)

    def credentials(self) -> Any:
        """None without TLS, which is for this machine alone: passwords and tokens go over this line."""
        if not self.certificate:
            if not (self.behind_proxy or _is_loopback(self.host)):
                raise ImproperlyConfigured(
                    f"Other machines could reach {self.host}, so name GRPC_CERTIFICATE and GRPC_KEY."
                )
            return None
        try:
            pair = Path(self.key).read_bytes(), Path(self.certificate).read_bytes()
        except OSError as error:
            raise ImproperlyConfigured(f"Cannot read {error.filename}: {error.strerror}.") from None
        return grpc.ssl_server_credentials([pair])

    def url(self, port: int) -> str:
        return f"{'grpcs' if self.certificate else 'grpc'}://{replace(self, port=port)}"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


async def serve(address: Address, stop: asyncio.Event, on_ready: Callable[[int], object]) -> None:
    """Until `stop` is set. Raises ImproperlyConfigured where it can't listen."""
    ending, guard = Ending(), Guard()
    server = grpc.aio.server(interceptors=[ending, guard], options=_OPTIONS)
    checks = await _assemble(server)
    port = _listen(server, address)
    await server.start()
    on_ready(port)
    try:
        await stop.wait()
    finally:
        await checks.enter_graceful_shutdown()
        ending.end()
        await server.stop(GRACE)
        await guard.finish()


async def _assemble(server: Any) -> Any:
    names = services.add(server)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for name in ("", *names):
        await checks.set(name, _SERVING)
    reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return checks


def _listen(server: Any, address: Address) -> int:
    credentials = address.credentials()
    try:
        if credentials is None:
            return int(server.add_insecure_port(str(address)))
        return int(server.add_secure_port(str(address), credentials))
    except RuntimeError:
        raise ImproperlyConfigured(
            f"Cannot listen on {address}: it is in use, or not ours. Choose another GRPC_PORT."
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Beside:
    """The server on a thread of its own, in a process that serves something else too."""

    def __init__(self, address: Address | None = None) -> None:
        self.port = 0
        self._address = address or Address.by_settings()
        self._tried = Event()
        self._failure: Exception | None = None
        self._end: Callable[[], object] = lambda: None
        self._thread = Thread(target=self._run, daemon=True, name="accesses")

    def start(self) -> None:
        """Once it listens. Raises ImproperlyConfigured where it can't."""
        self._thread.start()
        self._tried.wait()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        self._end()

    @property
    def url(self) -> str:
        """Where it listens; empty when it does not."""
        return self._address.url(self.port) if self.port else ""

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 whoever started it is told
            if self._tried.is_set():
                logger.exception("The gRPC server broke off.")
            self._failure = error
        finally:
            self._tried.set()

    async def _serve(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        self._end = lambda: loop.call_soon_threadsafe(stop.set)
        try:
            await serve(self._address, stop, self._ready)
        finally:
            self._end = lambda: None

    def _ready(self, port: int) -> None:
        self.port = port
        self._tried.set()
