"""One HTTP exchange that ends at its deadline, whatever the other side does, and that knows whether it was sent.

httpx limits each operation and never the whole: a peer that drips a byte a second is waited for without end. Here
the time left is what each single operation may take, down to the socket. And "was anything sent?" is known where
the bytes leave, which decides between "another opener may be tried" and "nobody knows".
"""

import socket
import ssl
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import httpcore
import httpx

from .outside import Deadline, trusted, within


def client(line: "Line") -> httpx.Client:
    """For one request. Packed answers are not asked for: the little that is read needs no unpacking."""
    headers = {"User-Agent": "visitor-portal", "Accept-Encoding": "identity", "Connection": "close"}
    return httpx.Client(transport=_Transport(line), headers=headers, trust_env=False, follow_redirects=False)


class Line(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self.sent = False  # whether bytes of a request may have gone out
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def left(self) -> float:
        left = self._deadline.left()
        if not left:
            raise TimeoutError("the deadline has passed")
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Each address of the name in turn; a dead one leaves time for those after it."""
        # Only names are looked up in that thread, so one that is left behind does nothing late.
        found = within(self.left(), partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        for index, address in enumerate(addresses, start=1):
            try:
                share = self.left() / (len(addresses) - index + 1)
                return _Stream(self, self._network.connect_tcp(address, port, share, socket_options=socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if index == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


class _Stream(httpcore.NetworkStream):
    def __init__(self, line: Line, stream: httpcore.NetworkStream) -> None:
        self._line = line
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._line.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._line.left()
        self._line.sent = True
        self._stream.write(buffer, left)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._line, self._stream.start_tls(ssl_context, server_hostname, self._line.left()))

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Transport(httpx.BaseTransport):
    """httpx's own transport takes no network of ours; this is that transport with one."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._pool: httpcore.ConnectionPool | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        tls = trusted() if url.scheme == "https" else None
        self._pool = httpcore.ConnectionPool(tls, max_connections=1, retries=0, network_backend=self._line)
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        if self._pool:
            self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
