"""What a socket's client may make the server keep, and the code with which each ends: raw frames to a real server."""

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .serving import Running, head

PATH = "/ws/session/01JABCDEFGHJKMNPQRSTVWXYZ0"
TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0
MEGABYTE = 1024 * 1024
KEY = {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec_WebSocket_Version": "13"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("server"), "--ping", "1.5")
    yield running
    running.end()


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, length: int | None = None) -> bytes:
    """As a client sends it, masked with zeros. `length` claims more than comes."""
    size = len(payload) if length is None else length
    first = bytes([(0x80 if fin else 0) | opcode])
    if size < 126:
        return first + bytes([0x80 | size]) + b"\0" * 4 + payload
    if size < 65536:
        return first + b"\xfe" + struct.pack("!H", size) + b"\0" * 4 + payload
    return first + b"\xff" + struct.pack("!Q", size) + b"\0" * 4 + payload


class Wire:
    """A websocket that hides nothing. The application says one thing at first and then gives back what it gets."""

    def __init__(self, server: Running, path: str = PATH) -> None:
        self.socket = server.dial()
        self.send(head("GET", path, Origin="http://localhost", Upgrade="websocket", Connection="Upgrade", **KEY))
        self.heard = b""
        while b"\r\n\r\n" not in self.heard:
            self._more()
        said, self.heard = self.heard.split(b"\r\n\r\n", 1)
        assert said.startswith(b"HTTP/1.1 101 "), said

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *frames: bytes) -> None:
        self.socket.sendall(b"".join(frames))

    def _more(self) -> None:
        piece = self.socket.recv(65536)
        assert piece, "the server closed the connection"
        self.heard += piece

    def _take(self, size: int) -> bytes:
        while len(self.heard) < size:
            self._more()
        taken, self.heard = self.heard[:size], self.heard[size:]
        return taken

    def next(self) -> tuple[int, bytes]:
        first, size = self._take(2)
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        return first & 15, self._take(size)

    def text(self) -> bytes:
        return next(payload for opcode, payload in iter(self.next, None) if opcode == TEXT)

    def code(self) -> int:
        """Of the frame that closes it."""
        payload = next(payload for opcode, payload in iter(self.next, None) if opcode == CLOSE)
        return int(struct.unpack("!H", payload[:2])[0])


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    with Wire(server) as wire:
        assert wire.text() == b"''"
        yield wire


def memory(server: Running) -> int:
    status = Path(f"/proc/{server.process.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell how much memory a process uses")
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([frame(TEXT, b"\xff\xfe")], 1007),
        ([frame(TEXT, "é".encode()[:1])], 1007),
        ([frame(TEXT, "é".encode()[:1], fin=False), frame(MORE, b"x")], 1007),
        ([frame(TEXT, b"x" * 4097)], 1009),
        ([frame(TEXT, b"x" * 4000, fin=False), frame(MORE, b"x" * 97)], 1009),
        ([frame(TEXT, b"x", fin=False), *[frame(MORE, fin=False)] * 5000], 1009),
        ([frame(TEXT, length=100 * MEGABYTE)], 1009),
        ([frame(MORE, b"x")], 1002),
        ([frame(TEXT, b"x", fin=False), frame(TEXT, b"y")], 1002),
        ([frame(3, b"x")], 1002),
        ([frame(PING, b"x" * 126)], 1002),
        ([frame(PING, fin=False)], 1002),
        ([bytes([0x80 | 0x40 | TEXT, 0x81]) + b"\0" * 4 + b"x"], 1002),
        ([bytes([0x80 | TEXT, 1]) + b"x"], 1002),
    ],
)
def test_what_is_wrong_is_told_by_its_code(wire: Wire, frames: list[bytes], code: int) -> None:
    wire.send(*frames)
    assert wire.code() == code


def test_fragments_are_put_together(wire: Wire) -> None:
    wire.send(*[frame(TEXT if n == 0 else MORE, b"%d" % (n % 10), fin=n == 3999) for n in range(4000)])
    assert wire.text() == b"0123456789" * 400


def test_a_ping_between_fragments_is_answered(wire: Wire) -> None:
    wire.send(frame(TEXT, b"a", fin=False), frame(PING, b"there?"), frame(MORE, b"b"))
    said = [wire.next() for _ in range(2)]
    assert (PONG, b"there?") in said and (TEXT, b"ab") in said


def test_signalling_takes_more(server: Running) -> None:
    with Wire(server, "/peerjs?token=secret") as wire:
        wire.text()
        wire.send(frame(TEXT, b"x" * 64 * 1024))
        assert wire.text() == b"x" * 64 * 1024
        wire.send(frame(TEXT, b"x" * (64 * 1024 + 1)))
        assert wire.code() == 1009


def test_a_hundred_megabytes_are_never_held(server: Running, wire: Wire) -> None:
    before, sent = memory(server), 0
    wire.send(frame(TEXT, length=100 * MEGABYTE))
    try:
        while sent < 100 * MEGABYTE:
            wire.send(b"x" * MEGABYTE)
            sent += MEGABYTE
            assert memory(server) - before < 8 * MEGABYTE
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert memory(server) - before < 8 * MEGABYTE


def test_who_reads_nothing_is_let_go(server: Running) -> None:
    before = memory(server)
    with Wire(server) as deaf, pytest.raises((ConnectionResetError, BrokenPipeError)):
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(300):
            deaf.send(*[frame(TEXT, b"x" * 4000)] * 50)
            time.sleep(0.02)  # not a flood: the application gives everything back at once
    assert memory(server) - before < 8 * MEGABYTE


def test_more_than_the_application_takes_is_a_flood(server: Running, wire: Wire) -> None:
    before = memory(server)
    wire.send(*[frame(TEXT, b"x")] * 10_000)
    assert wire.code() == 1008
    assert memory(server) - before < 4 * MEGABYTE


def test_pings_who_is_silent_and_lets_the_dead_go(server: Running) -> None:
    with Wire(server) as dead:
        began, asked = time.monotonic(), 0
        with pytest.raises((AssertionError, ConnectionResetError)):
            while time.monotonic() < began + 15:
                opcode, _ = dead.next()
                asked += opcode == PING
    assert asked and time.monotonic() - began < 10


def test_who_answers_pings_stays(wire: Wire) -> None:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        opcode, payload = wire.next()
        if opcode == PING:
            wire.send(frame(PONG, payload))
    wire.send(frame(TEXT, b"still here"))
    assert wire.text() == b"still here"


def test_a_life_ends_with_come_back(tmp_path: Path) -> None:
    server = Running(tmp_path, "--socket-life", "1")
    with Wire(server) as wire:
        assert wire.code() == 1012
    server.end()
