"""The line to a portal or to a building somewhere else: it counts what is asked, and fails as lines do."""

import re
import socket
import struct
from contextlib import suppress
from threading import Lock, Thread
from typing import Literal, Self
from urllib.parse import urlsplit

Fault = Literal["", "503", "silent", "reset", "no sockets"]
READS = re.compile(rb"^GET /api/v1/public/access/sessions/\w+ HTTP", re.MULTILINE)
ANSWER_503 = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Wire:
    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self.far = (at.hostname or "", at.port or 80)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.fault: Fault = ""
        self.reads = 0
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *why: object) -> None:
        self.listening.close()
        self._cut()

    def fail(self, fault: Fault) -> None:
        """From now on, for the lines that are open, too."""
        self.fault = fault
        self._cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                with self._lock:
                    self._open.add(near)
                Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError), near:
            if self.fault == "reset":
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif self.fault == "503":
                self._count(near.recv(65536))
                near.sendall(ANSWER_503)
            elif self.fault == "silent":
                while piece := near.recv(65536):
                    self._count(piece)
            else:
                first = near.recv(65536)
                if self.fault == "no sockets" and first.startswith(b"GET /ws/"):
                    return
                with socket.create_connection(self.far) as far:
                    Thread(target=self._pump, args=(far, near), daemon=True).start()
                    piece = first
                    while piece:
                        self._count(piece)
                        far.sendall(piece)
                        piece = near.recv(65536)

    def _pump(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while piece := far.recv(65536):
                near.sendall(piece)
            near.shutdown(socket.SHUT_RDWR)

    def _count(self, piece: bytes) -> None:
        with self._lock:
            self.reads += len(READS.findall(piece))

    def _cut(self) -> None:
        with self._lock:
            lines, self._open = self._open, set()
        for near in lines:
            with suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)
