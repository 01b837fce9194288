"""A real Mosquitto on a free port, a device on it, and a broker of our own that fails wherever it is told to."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.building.drivers.relay import Peer
from tests.services.programs import found
from visitor_portal.building.drivers.outside import trusted


@dataclass(frozen=True)
class Broker:
    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def mosquitto(folder: Path, *lines: str, anonymous: bool = True) -> Iterator[Broker]:
    program = found("mosquitto", "/usr/sbin/mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    config = folder / f"mosquitto-{port}.conf"
    user = ["user root"] if os.geteuid() == 0 else []  # else it becomes somebody who can't read our files
    who = f"allow_anonymous {str(anonymous).lower()}"
    config.write_text("\n".join([f"listener {port} 127.0.0.1", who, *user, *lines, ""]))
    with subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield Broker(port, process)
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Device:
    """Follows a command topic, keeps its state at the broker, has a last will; what it does is up to the test."""

    def __init__(
        self,
        port: int,
        base: str,
        does: Callable[["Device", str], None],
        *,
        keep: str = "",
        tls: bool = False,
        **login: Any,
    ) -> None:
        """With `keep`, a session of that name that the broker keeps while the device is away."""
        self.base = base
        self.commands: list[tuple[str, bool]] = []  # payload, and whether the broker had kept it
        self.told = threading.Event()
        self._does = does
        self._ready = threading.Event()
        version = CallbackAPIVersion.VERSION2
        self._client = Client(version, client_id=keep, clean_session=not keep, reconnect_on_failure=False)
        if login:
            self._client.username_pw_set(**login)
        if tls:
            self._client.tls_set_context(trusted())
        self._client.will_set(f"{base}/availability", "Offline", qos=1, retain=True)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{base}/command", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        assert self._ready.wait(5)
        self.publish("availability", "Online")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: str) -> None:
        self._client.publish(f"{self.base}/{topic}", payload, qos=1, retain=True)

    def settled(self, topic: str, payload: str) -> None:
        """As publish, and the broker has it."""
        self._client.publish(f"{self.base}/{topic}", payload, qos=1, retain=True).wait_for_publish(5)

    def die(self) -> None:
        """Without a word, so that its last will is read out."""
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        payload = message.payload.decode()
        self.commands.append((payload, message.retain))
        self.told.set()
        self._does(self, payload)


def obeying(device: Device, payload: str) -> None:
    device.publish("state", payload)


# --- a broker of our own ---

CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 1, 3, 8, 14


class Packets:
    """The client's packets, one after the other, and the right answers to them."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.version = 0

    def read(self) -> tuple[int, bytes]:
        kind = self._exactly(1)[0] >> 4
        length = shift = 0
        while True:
            byte = self._exactly(1)[0]
            length, shift = length | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        body = self._exactly(length)
        self.version = body[6] if kind == CONNECT else self.version
        return kind, body

    def answer(self, kind: int, body: bytes, code: int = 0) -> bytes:
        properties = b"\0" if self.version == 5 else b""
        if kind == CONNECT:
            rest = b"\0" + bytes([code]) + properties
            return bytes([0x20, len(rest)]) + rest
        if kind == SUBSCRIBE:
            rest = body[:2] + properties + bytes([code])
            return bytes([0x90, len(rest)]) + rest
        return b""

    def says(self, topic: str, payload: bytes, *, kept: bool = False) -> bytes:
        name = topic.encode()
        properties = b"\0" if self.version == 5 else b""
        rest = len(name).to_bytes(2) + name + properties + payload
        return bytes([0x31 if kept else 0x30, len(rest)]) + rest

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += self._more(count - len(data))
        return data

    def _more(self, count: int) -> bytes:
        data = self.peer.sock.recv(count)
        if not data:
            raise ConnectionAbortedError
        return data


class Scripted:
    """Answers so many packets of each connection rightly, and then does something else."""

    def __init__(self, then: Callable[[Packets, int, bytes], None], *, right: int = 0) -> None:
        self.then = then
        self.right = right
        self.kinds: list[int] = []

    def __call__(self, peer: Peer) -> None:
        packets = Packets(peer)
        for number in range(self.right + 1):
            kind, body = packets.read()
            self.kinds.append(kind)
            if number == self.right:
                self.then(packets, kind, body)
            else:
                peer.send(packets.answer(kind, body))
