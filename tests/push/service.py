"""A push service of the tests' own, on loopback: it takes what RFC 8030 describes, believes no signature that it has
not checked (RFC 8292), reads what only the phone could (RFC 8291), and can be as bad as any."""

import base64
import json
import os
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from visitor_portal.push.phones import Subscription

MOST = 4096
SILENT, SLOW, DRIPS, LIES, HANGS_UP, REDIRECTS = "silent", "slow", "drips", "lies", "hangs up", "redirects"


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(word: str) -> bytes:
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


@dataclass(frozen=True)
class Pushed:
    payload: dict[str, Any]
    headers: dict[str, str]
    claims: dict[str, Any]
    size: int
    at: float


@dataclass
class Browser:
    """One that subscribed: its keys, and what was delivered to it."""

    service: "PushService"
    number: int
    way: str | int = 201
    retry_after: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    asked: int = 0
    asked_at: float = 0.0  # the last time, on the monotonic clock
    got: list[Pushed] = field(default_factory=list)

    @property
    def subscription(self) -> Subscription:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(f"{self.service.origin}/push/{self.number}", text(point), text(self.auth))

    @property
    def json(self) -> dict[str, Any]:
        mine = self.subscription
        return {"endpoint": mine.endpoint, "keys": {"p256dh": mine.p256dh, "auth": mine.auth}}

    def open(self, body: bytes) -> dict[str, Any]:
        read = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        payload: dict[str, Any] = json.loads(read)
        return payload


class PushService(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.browsers: list[Browser] = []
        self.elsewhere = 0  # how often somebody followed where it sent them
        self.over = Event()
        self.thread = Thread(target=lambda: self.serve_forever(0.02), daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def subscribe(self, way: str | int = 201, **how: Any) -> Browser:
        self.browsers.append(Browser(self, len(self.browsers), way, **how))
        return self.browsers[-1]

    def __enter__(self) -> "PushService":
        self.thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PushService

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.elsewhere += 1
        self._answer(200)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.startswith("/push/"):
            self.server.elsewhere += 1
            return self._answer(201)
        browser = self.server.browsers[int(self.path.rpartition("/")[2])]
        browser.asked, browser.asked_at = browser.asked + 1, time.monotonic()
        if isinstance(browser.way, str):
            return self._misbehave(browser.way)
        status = browser.way if browser.way != 201 else self._take(browser, body)
        return self._answer(status, **({"Retry-After": browser.retry_after} if browser.retry_after else {}))

    def _take(self, browser: Browser, body: bytes) -> int:
        """201 for what is right in every point, else the status that says what is wrong."""
        headers = {name.title(): value for name, value in self.headers.items()}
        if not headers.get("Ttl", "").isdecimal() or headers.get("Content-Encoding") != "aes128gcm":
            return 400
        if len(headers.get("Topic", "")) > 32 or headers.get("Urgency") not in ("very-low", "low", "normal", "high"):
            return 400
        if len(body) > MOST:
            return 413
        claims = _claims(headers.get("Authorization", ""))
        if claims is None:
            return 401
        if claims["aud"] != self.server.origin or not time.time() < claims["exp"] < time.time() + 86400:
            return 403
        browser.got.append(Pushed(browser.open(body), headers, claims, len(body), time.monotonic()))
        return 201

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _misbehave(self, way: str) -> None:
        self.close_connection = True
        if way == REDIRECTS:
            return self._answer(307, Location=f"{self.server.origin}/elsewhere")
        if way == LIES:
            self.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 999999999999\r\n\r\n" + b"x" * 65536)
        elif way == DRIPS:
            for letter in b"HTTP/1.1 201 Created\r\n" + b"X: " + b"y" * 10_000:
                if self.server.over.wait(0.2):
                    return None
                self.wfile.write(bytes([letter]))
        elif way in (SILENT, SLOW):
            self.server.over.wait(60)
        return None


def _claims(authorization: str) -> dict[str, Any] | None:
    """What the signature proves; nothing when it proves nothing."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or set(parts) != {"t", "k"}:
        return None
    signed, _, signature = parts["t"].rpartition(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data(parts["k"]))
    raw = data(signature)
    try:
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return None
    claims: dict[str, Any] = json.loads(data(signed.partition(".")[2]))
    return claims | {"k": parts["k"]}
