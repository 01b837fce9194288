"""One connection to an MQTT broker, moved on by the thread that waits for it, and gone with it.

paho's own loop is not used: it reconnects, and it selects, which fails in a server with a thousand open files.
"""

import math
import secrets
import selectors
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .outside import Deadline, trusted, within

MOST_BYTES = 64 * 1024  # of one message
BLINK = 0.05  # how late a `stop` may be noticed
OTHER_VERSION = 132

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


@dataclass(frozen=True, slots=True)
class Word:
    """What was said on a topic; `kept` if the broker had it from before."""

    topic: str
    payload: bytes
    kept: bool


@dataclass
class _Heard:
    """What the broker said. It does not know the client, so that both go at once when they are done with."""

    connack: int | None = None
    suback: list[int] | None = None
    words: deque[Word] = field(default_factory=deque)

    def on_connect(self, _client: Client, _data: Any, _flags: ConnectFlags, code: ReasonCode, _p: Any) -> None:
        self.connack = code.value

    def on_subscribe(self, _client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _p: Any) -> None:
        self.suback = [code.value for code in codes]

    def on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        if len(message.payload) <= MOST_BYTES:
            self.words.append(Word(message.topic, bytes(message.payload), message.retain))


class Line:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.published = False  # whether a command may have gone out
        self._settings = settings
        self._closed = False
        self._heard = _Heard()

    @property
    def alive(self) -> bool:
        return self._client.socket() is not None

    def connect(self, deadline: Deadline) -> bool:
        """In MQTT 5; in 3.1.1 to a broker that says so, or that hangs up without a word as old ones do."""
        for self._version in (V5, V311):
            self._client = self._new_client()
            self._client.connect_timeout = max(0.01, deadline.left())  # of a step; paho knows no more than that
            within(deadline.left(), partial(self._reach, self._client))
            self._until(lambda: self._heard.connack is not None, deadline)
            if self.alive or self._heard.connack not in (None, OTHER_VERSION):
                break
        return self._heard.connack == 0

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id="vp" + secrets.token_hex(10),
            protocol=self._version,
            reconnect_on_failure=False,
        )
        self._heard = heard = _Heard()
        client.on_connect = heard.on_connect
        client.on_subscribe = heard.on_subscribe
        client.on_message = heard.on_message
        if self._settings["username"]:
            client.username_pw_set(self._settings["username"], self._settings["password"] or None)
        if self._settings["tls"]:
            client.tls_set_context(trusted())
        return client

    def _reach(self, client: Client) -> None:
        # Nothing is left behind at a broker: no session, and so no subscription and no waiting message.
        new_session: dict[str, Any] = {"clean_start": True, "properties": _limits()} if self._version == V5 else {}
        client.connect(self._settings["host"], self._settings["port"], keepalive=30, **new_session)
        if self._closed:
            client.disconnect()

    def subscribe(self, topics: list[str], deadline: Deadline) -> bool:
        self._client.subscribe([(topic, 0) for topic in topics])
        done = self._until(lambda: self._heard.suback is not None, deadline)
        return done and all(code < 128 for code in self._heard.suback or [])

    def publish(self, topic: str, payload: str, deadline: Deadline) -> None:
        """At most once, all the way: see the driver."""
        properties = None
        if self._version == V5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = max(1, math.ceil(deadline.left()))
        self._forget(deadline)
        self.published = True
        self._client.publish(topic, payload, qos=0, retain=False, properties=properties)

    def _forget(self, deadline: Deadline) -> None:
        """What came before the command is no answer to it, even if it was not taken in yet."""
        self._heard.words.clear()
        while self._turn(0) and self._heard.words and not deadline.passed:
            self._heard.words.clear()

    def words(self, deadline: Deadline, stop: Event | None = None) -> Iterator[Word]:
        """Each as it comes, until the deadline, `stop`, or the end of the line."""
        alive = True
        while True:
            while self._heard.words:
                yield self._heard.words.popleft()
            if not alive or deadline.passed or (stop and stop.is_set()):
                return
            alive = self._turn(min(BLINK, deadline.left()))

    def close(self) -> None:
        self._closed = True
        with suppress(Exception):  # there may be no connection any more, or none yet
            self._client.disconnect()

    def _until(self, there: Callable[[], bool], deadline: Deadline) -> bool:
        while not there():
            if deadline.passed or not self._turn(deadline.left()):
                return there()
        return True

    def _turn(self, seconds: float) -> bool:
        """Wait so long for the broker, and take in what it says; False when the line is gone."""
        sock = self._client.socket()
        if sock is None:
            return False
        with selectors.DefaultSelector() as waiting:
            writes = selectors.EVENT_WRITE if self._client.want_write() else 0
            waiting.register(sock, selectors.EVENT_READ | writes)
            decrypted = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
            if decrypted or waiting.select(seconds):
                _acknowledge_at_once(sock)
                self._client.loop_read()
        if self._client.want_write():
            self._client.loop_write()
        self._client.loop_misc()
        return self.alive


def _acknowledge_at_once(sock: object) -> None:
    """A broker holds its next small message back until the last one is acknowledged: 40 ms, if the kernel decides."""
    if isinstance(sock, socket.socket) and hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _limits() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.MaximumPacketSize = MOST_BYTES * 2
    return properties
