"""A relay on a real socket, which counts what reaches it and can fail at every point of an exchange."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """One connection, on the relay's side."""

    def __init__(self, relay: "Relay", sock: socket.socket) -> None:
        self.relay = relay
        self.sock = sock

    def read(self) -> Request:
        """The whole request; from here on the door has moved."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self._more()
        method, path, _ = first.split(" ")
        request = Request(method, path, headers, body)
        self.relay.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def sleep(self, seconds: float = 30) -> None:
        """Until then, or until the test is over."""
        if self.relay.over.wait(seconds):
            raise ConnectionAbortedError

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _more(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionAbortedError
        return data


Manner = Callable[[Peer], None]


class Relay:
    def __init__(
        self, manner: Manner, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.manner = manner
        self.requests: list[Request] = []
        self.connections = 0
        self.over = threading.Event()
        self._tls = tls
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def url(self, path: str = "/relay/0?turn=on&timer=5") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        # A peer that is gone, a handshake that is refused, a test that is over: all are ends of a connection here.
        sock.settimeout(10)
        try:
            sock = self._tls.wrap_socket(sock, server_side=True) if self._tls else sock
            self.manner(Peer(self, sock))
        except OSError:
            pass
        finally:
            sock.close()


def http(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answering(status: int = 200, body: bytes = b"", *headers: str) -> Manner:
    def manner(peer: Peer) -> None:
        peer.read()
        peer.send(http(status, body, *headers))

    return manner


def saying(data: bytes, *, then: str = "close") -> Manner:
    """These bytes after the request, and then `close`, `reset` or `silence`."""

    def manner(peer: Peer) -> None:
        peer.read()
        peer.send(data)
        if then == "reset":
            peer.reset()
        if then == "silence":
            peer.sleep()

    return manner


def dripping(before: bytes, drop: bytes, every: float) -> Manner:
    """These bytes, and then one drop after the other without end."""

    def manner(peer: Peer) -> None:
        peer.read()
        peer.send(before)
        while True:
            peer.send(drop)
            peer.sleep(every)

    return manner


def streaming(before: bytes, chunk: bytes) -> Manner:
    """As fast as it is read, without end."""

    def manner(peer: Peer) -> None:
        peer.read()
        peer.send(before)
        while not peer.relay.over.is_set():
            peer.send(chunk)

    return manner
