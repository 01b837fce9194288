"""Moving pictures as a real portal serves them, read by programs that no page of ours holds back."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.camera_server import MIB, CameraServer, hang
from tests.journeys.site import Site
from tests.services.visiting import browser, portal, rung, tapped
from tests.serving import wait_for

NAME = "Chidi Okafor"


@pytest.fixture(scope="module")
def camera() -> Iterator[CameraServer]:
    with CameraServer() as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, camera: CameraServer) -> Iterator[Site]:
    with portal(tmp_path_factory.mktemp("site"), **camera.settings) as running:
        yield running


class Visit:
    """A call that was answered, at a sign with this camera."""

    def __init__(self, site: Site, camera: str) -> None:
        hang(site, camera)
        self.visitor, self.resident = browser(site.url), browser(site.url)
        self.path = rung(self.visitor, site, NAME)
        self.resident.get(site.home(NAME).url)
        self.tap(self.resident, "answer")

    def tap(self, who: httpx.Client, action: str) -> None:
        assert tapped(who, self.path, action).status_code == 200

    @property
    def stream(self) -> str:
        return f"{self.path}/camera/0/stream"

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.visitor.close()
        self.resident.close()


def seconds_until_the_end(pieces: Iterator[bytes]) -> float:
    started = time.monotonic()
    for _ in pieces:
        assert time.monotonic() - started < 5
    return time.monotonic() - started


def memory(site: Site) -> int:
    """MiB that the portal's process holds."""
    status = Path(f"/proc/{site.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) // 1024


@pytest.mark.parametrize("end", ["cancel", "decline"])
def test_the_stream_ends_with_the_visit(site: Site, camera: CameraServer, end: str):
    with Visit(site, "good") as visit, visit.resident.stream("GET", visit.stream) as answer:
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        assert answer.headers["Cache-Control"] == "no-store, private"
        pieces = answer.iter_raw()
        next(pieces)
        visit.tap(visit.visitor if end == "cancel" else visit.resident, end)
        assert seconds_until_the_end(pieces) < 2
        assert visit.resident.get(visit.stream).status_code == 204
    assert wait_for(lambda: camera.watched == 0, 2)


def test_a_page_that_goes_takes_its_stream_with_it(site: Site, camera: CameraServer):
    with Visit(site, "good") as visit:
        with visit.resident.stream("GET", visit.stream) as answer:
            next(answer.iter_raw())
            assert camera.watched == 1
        assert wait_for(lambda: camera.watched == 0, 2)


def test_the_third_gets_single_pictures(site: Site, camera: CameraServer):
    with Visit(site, "good") as visit, ExitStack() as open_streams:
        for _ in range(2):
            answer = open_streams.enter_context(visit.resident.stream("GET", visit.stream))
            assert answer.status_code == 200
        assert visit.resident.get(visit.stream).status_code == 429
        assert visit.resident.get(f"{visit.path}/camera/0").status_code == 200


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc says how much memory a process holds")
def test_ten_seconds_of_large_pictures_leave_nothing_behind(site: Site, camera: CameraServer):
    with Visit(site, "large") as visit, visit.resident.stream("GET", visit.stream) as answer:
        pieces, sizes, got = answer.iter_raw(), [], 0
        for _ in range(10):
            until = time.monotonic() + 1
            while time.monotonic() < until:
                got += len(next(pieces))
            sizes.append(memory(site))
    assert got > 20 * MIB and max(sizes) - sizes[1] < 12, sizes


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc says how much memory a process holds")
def test_a_phone_that_reads_slowly_heaps_up_nothing(site: Site, camera: CameraServer):
    """Five MiB come in a second, and it takes a hundredth of that."""
    with Visit(site, "large") as visit:
        cookies = "; ".join(f"{name}={value}" for name, value in visit.resident.cookies.items())
        with socket.create_connection(("127.0.0.1", int(site.url.rpartition(":")[2]))) as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
            wire.sendall(f"GET {visit.stream} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
            assert wire.recv(50_000).startswith(b"HTTP/1.1 200")
            time.sleep(1)
            before = memory(site)
            for _ in range(6):
                wire.recv(50_000)
                time.sleep(1)
            assert memory(site) - before < 8


def test_the_server_stops_though_a_picture_moves(tmp_path: Path, camera: CameraServer):
    site = Site(tmp_path, **camera.settings)  # type: ignore[arg-type]
    with Visit(site, "good") as visit, visit.resident.stream("GET", visit.stream) as answer:
        next(answer.iter_raw())
        started = time.monotonic()
        site.stop()
        assert time.monotonic() - started < 5
    assert "still under way" not in site.log.read_text()
