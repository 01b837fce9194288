"""A camera on this machine: it sends pictures of a colour that changes, or whatever a bad one would."""

import io
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from tests.journeys.site import Site

MIB = 1024 * 1024
MOVING = "multipart/x-mixed-replace; boundary=cut"


def jpeg(shade: int = 0, size: int = 64) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (size, size), (shade % 256, 90, 160)).save(kept, "JPEG")
    return kept.getvalue()


def part(body: bytes, headers: str = "Content-Type: image/jpeg\r\nContent-Length: {}") -> bytes:
    return f"--cut\r\n{headers.format(len(body))}\r\n\r\n".encode() + body + b"\r\n"


class Camera(BaseHTTPRequestHandler):
    """`src` says how it behaves; each way is a method of that name."""

    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        way = parse_qs(urlsplit(self.path).query).get("src", [""])[0]
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        self.server.seen.append(dict(self.headers))  # type: ignore[attr-defined]
        with suppress(BrokenPipeError, ConnectionResetError):
            (self.locked if self.server.is_off else getattr(self, way))()  # type: ignore[attr-defined]

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass

    def say(self, body: bytes = b"", kind: str = "image/jpeg", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def moves(self, frames: Iterator[bytes], pause: float) -> None:
        self.say(kind=MOVING)
        self.server.watched += 1  # type: ignore[attr-defined]
        try:
            for frame in itertools.takewhile(lambda _: not self.server.is_off, frames):  # type: ignore[attr-defined]
                self.wfile.write(frame)
                time.sleep(pause)
        finally:
            self.server.watched -= 1  # type: ignore[attr-defined]

    def _live(self) -> bool:
        return "stream" in self.path

    # -- good ones

    def good(self) -> None:
        self.server.shots += 1  # type: ignore[attr-defined]
        if self._live():
            self.moves((part(jpeg(n * 8)) for n in itertools.count()), 0.05)
        else:
            self.say(jpeg(self.server.shots * 8))  # type: ignore[attr-defined]

    def fast(self) -> None:
        self.moves((part(jpeg(n, 320)) for n in itertools.count()), 0)

    def large(self) -> None:
        """Frames of half a MiB: what follows the picture is noise that decoders skip."""
        self.moves((part(jpeg(n * 8) + bytes(MIB // 2)) for n in itertools.count()), 0.02)

    def unmeasured(self) -> None:
        self.moves((part(jpeg(n), "Content-Type: image/jpeg") for n in itertools.count()), 0.05)

    def webp(self) -> None:
        kept = io.BytesIO()
        Image.new("RGB", (8, 8)).save(kept, "WEBP")
        self.say(kept.getvalue(), "image/webp")

    # -- bad ones

    def slow(self) -> None:
        time.sleep(6)

    def dripping(self) -> None:
        self.say(kind=MOVING if self._live() else "image/jpeg")
        for byte in part(jpeg()) if self._live() else jpeg():
            self.wfile.write(bytes([byte]))
            time.sleep(0.2)

    def lying(self) -> None:
        page = b"<script>alert(1)</script>"
        if self._live():
            self.moves((part(page) for _ in itertools.count()), 0.01)
        else:
            self.say(page)

    def drawing(self) -> None:
        self.say(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")

    def locked(self) -> None:
        self.say(b"no", "text/plain", 401, WWW_Authenticate='Basic realm="camera"')

    def moved(self) -> None:
        self.say(b"", "text/plain", 302, Location="/api/frame.jpeg?src=good")

    def packed(self) -> None:
        self.say(jpeg(), Content_Encoding="gzip")

    def garbage(self) -> None:
        self.moves((b"\xff\xd8\xff" + bytes(64 * 1024) for _ in itertools.count()), 0)

    def huge(self) -> None:
        if self._live():
            self.say(part(b"", f"Content-Type: image/jpeg\r\nContent-Length: {3 * MIB}"), MOVING)
            time.sleep(3)
        else:
            self.say(jpeg() + bytes(3 * MIB))

    def stuck(self) -> None:
        self.say(part(jpeg()), MOVING)
        time.sleep(8)

    # -- go2rtc

    def talks(self) -> None:
        if self.command == "GET":
            return self.locked()
        offer = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.say(self.server.answer(offer).encode(), "application/sdp", 201)  # type: ignore[attr-defined]


class CameraServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Camera)
        self.asked: list[str] = []
        self.seen: list[dict[str, str]] = []
        self.shots = 0
        self.is_off = False
        self.watched = 0  # moving pictures on their way now
        self.answer: Callable[[str], str] = lambda offer: "v=0\r\n"
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        """What an operator would set, with a password in it."""
        stem = f"http://viewer:hunter2secret@{self.host}/api"
        return {
            "CAMERA_SNAPSHOT_URL": f"{stem}/frame.jpeg?src={{device_id}}",
            "CAMERA_STREAM_URL": f"{stem}/stream.mjpeg?src={{device_id}}",
        }

    def handle_error(self, *_: Any) -> None:
        """A viewer that hangs up is no fault of the test."""

    def __enter__(self) -> "CameraServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def hang(site: Site, *names: str) -> None:
    """These are the sign's cameras from now on. What rang there before is forgotten."""
    site.start_over()
    portal = site.sign.rpartition("/")[2]
    rows = [f"('{portal}', '{name}', 'Camera {name}', {n})" for n, name in enumerate(names)]
    site.write(
        "DELETE FROM building_camera",
        f"INSERT INTO building_camera (portal_id, device_id, label, position) VALUES {', '.join(rows)}",
    )
