"""Bytes to a building and back: one attempt, a deadline for all of it, and a limit to what is read."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar

import httpx

from .errors import Unknown, Unreachable

MOST_BYTES = 256 * 1024

_CONNECT, _READ, _WRITE, _POOL = 2.0, 3.0, 2.0, 1.0
_GZIP_OR_ZLIB = 47


class _NoCookies(CookieJar):
    # Refusing is done here and not by a policy: the client copies its cookies into jars of its own making.
    def set_cookie(self, cookie: Cookie) -> None:
        pass


def new_http(transport: httpx.AsyncBaseTransport | None = None, *, connections: int = 50) -> httpx.AsyncClient:
    """A client that visitors can share: it keeps no cookies, follows no redirects, reads no environment."""
    # Idle connections are dropped before common servers drop them, else a request meets a closing one.
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=4.0)
    return httpx.AsyncClient(
        transport=transport,
        cookies=_NoCookies(),
        headers={"User-Agent": "visitor-portal"},
        timeout=patience(),
        limits=limits,
        trust_env=False,
        follow_redirects=False,
        http1=True,
        http2=False,
    )


def patience(read: float = _READ) -> httpx.Timeout:
    return httpx.Timeout(connect=_CONNECT, read=read, write=_WRITE, pool=_POOL)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes = b""
    flaw: str = ""  # why the body cannot be used, though it came to an end

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


async def exchange(http: httpx.AsyncClient, request: httpx.Request, *, until: float, most: int) -> Answer:
    """One attempt, given up at `until` on the event loop's clock."""
    progress = _Progress()
    request.extensions = {**request.extensions, "trace": progress}
    try:
        async with asyncio.timeout_at(until):
            return await _exchange(http, request, most)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        raise Unreachable(type(error).__name__) from error
    except (httpx.TransportError, TimeoutError) as error:
        kind = Unreachable if progress.nothing_sent else Unknown
        raise kind(type(error).__name__) from error


async def _exchange(http: httpx.AsyncClient, request: httpx.Request, most: int) -> Answer:
    response = await http.send(request, stream=True, follow_redirects=False)
    try:
        body, flaw = await _read(response, most)
        return Answer(response.status_code, response.headers, body, flaw)
    finally:
        await response.aclose()


class _Progress:
    """Follows the connection's own trace. A transport that tells nothing is taken to have sent."""

    def __init__(self) -> None:
        self.traced = False
        self.sent = False

    async def __call__(self, event: str, info: object) -> None:
        self.traced = True
        self.sent = self.sent or event.endswith("send_request_headers.started")

    @property
    def nothing_sent(self) -> bool:
        return self.traced and not self.sent


class _Body:
    """Collects and unpacks at most so many bytes; httpx's own decoders have no limit."""

    def __init__(self, encoding: str, most: int) -> None:
        self.most = most
        self.content = bytearray()
        self.flaw = "" if encoding in ("", "identity", "gzip", "x-gzip", "deflate") else "unknown encoding"
        self.unpacker = None if encoding in ("", "identity") else zlib.decompressobj(_GZIP_OR_ZLIB)

    def add(self, chunk: bytes) -> None:
        try:
            room = self.most + 1 - len(self.content)
            self.content += self.unpacker.decompress(chunk, room) if self.unpacker else chunk[:room]
        except zlib.error:
            self.flaw = "badly packed"
        if len(self.content) > self.most:
            self.flaw = "too large"

    def end(self) -> None:
        # A packed body may be empty (a 204 that says gzip), but not torn off or followed by more.
        torn = self.unpacker and self.content and (not self.unpacker.eof or self.unpacker.unused_data)
        self.flaw = self.flaw or ("badly packed" if torn else "")


async def _read(response: httpx.Response, most: int) -> tuple[bytes, str]:
    body = _Body(response.headers.get("Content-Encoding", "").strip().lower(), most)
    # The stream itself, and not aiter_raw(): that one refuses answers a test transport built from bytes.
    async for chunk in _chunks(response):
        if body.flaw:
            break
        body.add(chunk)
    body.end()
    return (b"", body.flaw) if body.flaw else (bytes(body.content), "")


def _chunks(response: httpx.Response) -> httpx.AsyncByteStream:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an asynchronous client gives asynchronous answers")
    return response.stream
