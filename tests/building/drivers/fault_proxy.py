"""What stands between a driver and its peer: passes bytes on, until it is told to fail in some way."""

import socket
import threading
from contextlib import suppress
from typing import Self


class FaultProxy:
    """`manner` is what it does with what comes next: pass, hold (swallow in silence), cut (hang up)."""

    def __init__(self, port: int) -> None:
        self.manner = "pass"
        self.connections = 0
        self._upstream = port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self.cut()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        """Take no connection any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def cut(self) -> None:
        """Hang up on everybody."""
        for one in (sock for pair in self._pairs for sock in pair):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                self._take(client)

    def _take(self, client: socket.socket) -> None:
        if self.manner == "cut":
            return client.close()
        server = socket.create_connection(("127.0.0.1", self._upstream))
        self._pairs.append((client, server))
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.manner == "pass":
                    sink.sendall(data)
            if self.manner == "pass":
                sink.shutdown(socket.SHUT_WR)
