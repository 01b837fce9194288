"""The smallest load client: one request after the other on a kept connection, each answer read to its end."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack


class Wire:
    """One connection. It asks for a page as browsers do, compressed."""

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html", "Accept-Encoding: gzip")
        self.question = "\r\n".join([*lines, "", ""]).encode()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *why: object) -> None:
        self.socket.close()

    def get(self) -> float:
        """One request; gives its milliseconds."""
        began = time.perf_counter()
        self.socket.sendall(self.question)
        heard = b""
        while (end := heard.find(b"\r\n\r\n")) < 0:
            heard += self._more()
        head = heard[:end].lower()
        assert head.startswith(b"http/1.1 200 "), head
        if b"transfer-encoding: chunked" in head:
            while not heard.endswith(b"0\r\n\r\n"):
                heard += self._more()
        else:
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            while len(heard) < end + 4 + length:
                heard += self._more()
        return 1000 * (time.perf_counter() - began)

    def _more(self) -> bytes:
        piece = self.socket.recv(262144)
        assert piece, "the server closed the connection"
        return piece


def rate(port: int, path: str, *, connections: int, each: int) -> float:
    """Requests a second when so many connections ask at once."""

    def ask(wire: Wire) -> None:
        for _ in range(each):
            wire.get()

    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port, path)) for _ in range(connections)]
        pool = stack.enter_context(ThreadPoolExecutor(connections))
        began = time.perf_counter()
        list(pool.map(ask, wires))
        return connections * each / (time.perf_counter() - began)
