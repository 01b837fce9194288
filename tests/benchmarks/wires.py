"""The cheapest websocket client: thousands of them share these processors with the server that is measured."""

import asyncio
import struct
from base64 import b64encode
from os import urandom

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Wire(asyncio.Protocol):
    """It reads whole frames, as a server without extensions sends them, and answers pings."""

    __slots__ = ("_heard", "_left", "_next", "_transport", "is_open")

    def __init__(self) -> None:
        self._left = b""  # of a frame that has not come to its end
        self._heard: list[str] = []
        self._next: asyncio.Future[None] | None = None
        self.is_open = False

    @classmethod
    async def open(cls, port: int, path: str, cookie: str) -> "Wire":
        _, wire = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        here = f"127.0.0.1:{port}"
        key = b64encode(urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {here}", f"Origin: http://{here}", f"Cookie: {cookie}"]
        lines += [
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        wire._transport.write("\r\n".join([*lines, "", ""]).encode())
        return wire

    async def text(self) -> str:
        """The next one that it is told."""
        while not self._heard:
            self._next = asyncio.get_running_loop().create_future()
            await self._next
        return self._heard.pop(0)

    def close(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._next and not self._next.done():
            self._next.set_exception(ConnectionError("the server closed it"))

    def data_received(self, data: bytes) -> None:
        data = self._left + data
        if not self.is_open and b"\r\n\r\n" in data:
            head, data = data.split(b"\r\n\r\n", 1)
            assert head.startswith(b"HTTP/1.1 101 "), head
            self.is_open = True
        while self.is_open and (frame := _frame(data)):
            opcode, payload, data = frame
            self._take(opcode, payload)
        self._left = data

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._transport.write(bytes([0x80 | PONG, 0x80 | len(payload)]) + b"\0" * 4 + payload)
        elif opcode == CLOSE:
            self._transport.close()
        elif opcode == TEXT:
            self._heard.append(payload.decode())
            if self._next and not self._next.done():
                self._next.set_result(None)


def _frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode, payload and what follows, if it is all here."""
    if len(data) < 4:
        return None if len(data) < 2 or data[1] else (data[0] & 15, b"", data[2:])
    start, size = (4, struct.unpack("!H", data[2:4])[0]) if data[1] == 126 else (2, data[1])
    assert size < 127 or start == 4, "a frame larger than any page of ours"
    return (data[0] & 15, data[start : start + size], data[start + size :]) if len(data) >= start + size else None
