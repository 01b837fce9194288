"""`manage.py serve` as a process of its own, and raw words to say to it."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

ROOT = Path(__file__).resolve().parent.parent
ULID = "01JABCDEFGHJKMNPQRSTVWXYZ0"


class Running:
    """A server under test: where it listens, what it wrote."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        self.home = home
        self.spool = home / "tmp"
        self.spool.mkdir(exist_ok=True)
        self.log = home / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "manage.py", "serve", "--port", "0", *arguments],
                cwd=ROOT,
                env=environment_of(home) | environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline().strip()
        assert self.first_line.startswith("Listening on "), self.log.read_text()
        self.url = self.first_line.removeprefix("Listening on ")
        self.port = int(self.url.rpartition(":")[2]) if "//" in self.url else 0

    def dial(self) -> socket.socket:
        wire = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        return wire

    def socket(self, **options: Any) -> ClientConnection:
        url = self.url.replace("http", "ws") + f"/ws/session/{ULID}?token=secret"
        wire: ClientConnection = connect(url, origin=Origin(self.url), **options)
        return wire

    def open_files(self) -> set[str]:
        folder = Path(f"/proc/{self.process.pid}/fd")
        if not folder.is_dir():
            return set()
        found = set()
        for entry in folder.iterdir():
            try:
                found.add(os.readlink(entry))
            except FileNotFoundError:
                continue
        return found

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        self.terminate()
        code = self.process.wait(15)
        assert self.process.stdout
        self.process.stdout.close()
        return code


def environment_of(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "VAR_DIR": str(home),
        "TMPDIR": str(home / "tmp"),
    }


def answer_to(server: Running, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that comes back until the server closes. Stops sending as soon as it answers."""
    with server.dial() as wire:
        for part in parts:
            wire.sendall(part)
            if select.select([wire], [], [], pause)[0]:
                break
        return everything(wire)


def everything(wire: socket.socket) -> bytes:
    heard = b""
    while piece := wire.recv(65536):
        heard += piece
    return heard


def head(method: str = "POST", path: str = "/", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def wait_for(happened: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.05)
    return happened()
