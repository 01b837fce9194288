"""Real sockets: what breaks on the way, and how long it may take."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from visitor_portal.public_access import BadAnswer, PublicAccess, Unknown, Unreachable, new_http

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PORTAL = b'{"public_portal_id": "p1"}'
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Reads the head of a request, then does what it was told to."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.heads: list[bytes] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.port = 0
        self.read_head = True

    def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.create_task(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.read_head:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await self.script(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def serving(script: Script) -> AsyncIterator[Server]:
    server = Server(script)
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def connected(port: int, scheme: str = "http", connections: int = 5, **kwargs) -> AsyncIterator[PublicAccess]:
    async with new_http(connections=connections) as http, new_http(connections=2) as opens:
        base_url = f"{scheme}://127.0.0.1:{port}/api/v1"
        yield PublicAccess(http, opens=opens, base_url=base_url, **kwargs)


def saying(*parts: bytes) -> Script:
    async def script(reader, writer):
        for part in parts:
            writer.write(part)
        await writer.drain()

    return script


async def hang(reader, writer):
    await reader.read()


async def reset(reader, writer):
    writer.transport.abort()


async def drip(reader, writer):
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(reader, writer):
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


async def half_a_body(reader, writer):
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n" + PORTAL)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()


async def test_a_whole_answer_over_a_real_connection():
    body = HEAD + b"Content-Length: %d\r\n\r\n" % len(PORTAL) + PORTAL
    async with serving(saying(body)) as server, connected(server.port) as client:
        assert (await client.get_portal("p1")).public_portal_id == "p1"
    assert server.heads[0].startswith(b"GET /api/v1/public/access/portals/p1 HTTP/1.1\r\n")


async def test_a_shut_port_is_unreachable():
    async with serving(hang) as server:
        port = server.port
    async with connected(port) as client:
        with pytest.raises(Unreachable):
            await client.open_portal("p1")


async def test_a_name_that_leads_nowhere_is_unreachable():
    async with new_http() as http:
        with pytest.raises(Unreachable):
            await PublicAccess(http, base_url="http://nowhere.invalid/api/v1").open_portal("p1")


async def test_a_failed_handshake_is_unreachable():
    async def no_tls(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serving(no_tls) as server:
        server.read_head = False
        async with connected(server.port, "https") as client:
            with pytest.raises(Unreachable):
                await client.open_portal("p1")


async def test_time_up_before_anything_was_sent_is_unreachable():
    class StillConnecting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            await request.extensions["trace"]("connection.connect_tcp.complete", {})
            await request.extensions["trace"]("connection.start_tls.started", {})
            await asyncio.sleep(5)

    async with new_http(StillConnecting()) as http:
        with pytest.raises(Unreachable):
            await PublicAccess(http, base_url="https://x.example", open_deadline=0.1).open_portal("p1")


@pytest.mark.parametrize("script", [hang, reset, half_a_body, drip, saying(b"nonsense\r\n\r\n"), saying()])
async def test_whatever_breaks_after_sending_an_open_is_unknown(script):
    async with serving(script) as server, connected(server.port, open_deadline=0.4) as client:
        with pytest.raises(Unknown):
            await client.open_portal("p1")
    assert len(server.heads) == 1


@pytest.mark.parametrize("script", [hang, drip])
async def test_a_read_ends_at_its_deadline(script):
    async with serving(script) as server, connected(server.port, read_deadline=0.5) as client:
        started = time.monotonic()
        with pytest.raises(Unknown):
            await client.get_portal("p1")
    assert time.monotonic() - started == pytest.approx(0.5, abs=0.3)


async def test_an_open_may_take_longer_than_a_read():
    async def slow(reader, writer):
        await asyncio.sleep(0.4)
        await saying(b"HTTP/1.1 204 No Content\r\n\r\n")(reader, writer)

    async with serving(slow) as server, connected(server.port, read_deadline=0.2) as client:
        assert (await client.open_portal("p1")).confirmed


async def test_an_endless_answer_is_left_at_once():
    async with serving(endless) as server, connected(server.port) as client:
        started = time.monotonic()
        with pytest.raises(BadAnswer):
            await client.get_portal("p1")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(status):
    async with serving(hang) as elsewhere:
        there = b"http://127.0.0.1:%d/api/v1" % elsewhere.port
        answer = b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, there)
        async with serving(saying(answer)) as server, connected(server.port, key="secret") as client:
            with pytest.raises(Unknown):
                await client.get_portal("p1")
    assert b"X-API-Key: secret\r\n" in server.heads[0]
    assert elsewhere.heads == []


async def test_proxies_of_the_environment_are_not_used(monkeypatch):
    no_content = saying(b"HTTP/1.1 204 No Content\r\n\r\n")
    async with serving(hang) as proxy, serving(no_content) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with connected(server.port) as client:
            await client.open_portal("p1")
    assert (len(server.heads), proxy.heads) == (1, [])


async def test_waiting_reads_never_keep_a_door_shut():
    async def only_opens(reader, writer):
        is_open = b"/open " in server.heads[-1]
        await (saying(b"HTTP/1.1 204 No Content\r\n\r\n") if is_open else hang)(reader, writer)

    async with serving(only_opens) as server, connected(server.port, connections=2) as client:
        reads = [asyncio.create_task(client.get_portal("p1")) for _ in range(10)]
        await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(client.open_portal("p1"), 1)).confirmed
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)


async def test_no_free_connection_is_unreachable_within_a_second_or_so():
    async with serving(hang) as server, connected(server.port, open_deadline=3) as client:
        hung = [asyncio.create_task(client.open_portal("p1")) for _ in range(2)]
        await asyncio.sleep(0.05)
        started = time.monotonic()
        with pytest.raises(Unreachable):
            await client.open_portal("p1")
        assert time.monotonic() - started < 1.5
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)


async def test_a_transport_that_tells_nothing_is_taken_to_have_sent():
    async def app(scope, receive, send):
        await asyncio.sleep(5)

    async with new_http(httpx.ASGITransport(app=app)) as http:
        client = PublicAccess(http, base_url="http://building/api/v1", open_deadline=0.1)
        with pytest.raises(Unknown):
            await client.open_portal("p1")
