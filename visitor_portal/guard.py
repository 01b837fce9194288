"""What stands in front of every page and every socket, whichever server runs it.

It decides on facts of the connection alone (host, origin, size), never on who is asking, and it puts the same
security headers on every answer: pages, errors, static files and its own refusals.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

MAX_BODY = 64 * 1024
# Where the desk takes files: the directory as CSV, and an invite's photo
_UPLOADS = re.compile(r"/admin/building/(entry/import|invite/add|invite/\w+/change)/", re.ASCII)
_ROOT_PATH = ""  # never a client's choice: every link on the page would lead where the client says
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_READ = frozenset(
    (b"host", b"origin", b"sec-fetch-site", b"content-length", b"cookie", b"x-forwarded-proto", b"x-real-ip")
)
_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
_UNUSED = "accelerometer display-capture geolocation gyroscope hid magnetometer midi payment serial usb"
_FIXED = {
    "referrer-policy": "same-origin",  # no-referrer makes browsers send `Origin: null` with our own forms
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "credentialless",
    "cache-control": "no-store, private",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_SENTENCES = {
    400: "This address does not belong to this site.",
    403: "This was sent from another site. Open the page itself and try again.",
    413: "That is more than this site accepts at once.",
}

logger = logging.getLogger(__name__)


@lru_cache(maxsize=128)  # hosts are few, ports in a Host header are not
def security_headers(
    host: str = "",
    *,
    secure: bool = False,
    calls: bool = False,
    signalling: tuple[str, ...] = (),
    images: tuple[str, ...] = (),
) -> tuple[Header, ...]:
    """The headers of one kind of answer. `calls`: a page that may use the camera and a signalling server."""
    connect = ["'self'"]
    if host:  # older Safari does not count a socket of the same host as 'self'
        connect.append(f"{'wss' if secure else 'ws'}://{host}")
    if calls:
        schemes = ("https", "wss") if secure else ("https", "wss", "http", "ws")
        connect += [f"{scheme}://{server}" for server in signalling for scheme in schemes]
    media = "(self)" if calls else "()"
    headers = {
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data:{''.join(f' https://{name}' for name in images)}; font-src 'self'; "
        f"connect-src {' '.join(connect)}; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
        "permissions-policy": ", ".join(
            [f"camera={media}", f"microphone={media}", *(f"{name}=()" for name in _UNUSED.split())]
        ),
        **_FIXED,
    }
    if secure:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains; preload"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def _read(scope: Scope) -> dict[bytes, str]:
    """The few headers that matter here. One that comes twice is joined: it then equals nothing."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            text = value.decode("latin-1")
            found[name] = f"{found[name]},{text}" if name in found else text
    return found


def _own_origin(url: str) -> str:
    """The Origin that a browser sends from this address: no default port, no path, all lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower().removesuffix(":443" if parts.scheme == "https" else ":80")


def _is_ip(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def most_body(path: str, cookies: str) -> int:
    """Bytes that a body may have: more where the desk takes files, for whoever carries a session cookie.

    That it is there is all that can be seen here. Whether it is any good, the desk finds out.
    """
    if not _UPLOADS.fullmatch(path) or not parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME):
        return MAX_BODY
    most: int = settings.STAFF_MAX_BODY
    return most


def _most(scope: Scope, headers: Mapping[bytes, str]) -> int:
    return most_body(scope["path"], headers.get(b"cookie", ""))


def _too_long(declared: str, most: int) -> bool:
    return not declared.isdecimal() or len(declared) > 9 or int(declared) > most


class Guard:
    """ASGI middleware. Settings are read once, here: what runs on every request only compares."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.hosts = settings.ALLOWED_HOSTS
        self.behind_proxy = settings.BEHIND_PROXY
        self.public_origin = _own_origin(settings.PUBLIC_BASE_URL)
        self.signalling = tuple(settings.SIGNALLING_HOSTS)
        self.images = tuple(settings.IMAGE_HOSTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = _read(scope)
        scope = self._settled(scope, headers)
        refusal = self._refusal(scope, headers)
        if refusal:
            # The usual cause is a setting: ALLOWED_HOSTS or PUBLIC_BASE_URL does not name the address in use.
            seen = headers.get(b"origin" if refusal == 403 else b"host", "")[:100]
            logger.warning("Refused (%d) %s %r from %r", refusal, scope["type"], scope["path"], seen)
        if scope["type"] == "websocket":
            await self._websocket(refusal, scope, receive, send)
        else:
            await self._http(refusal, scope, headers, receive, send)

    def _settled(self, scope: Scope, headers: Mapping[bytes, str]) -> Scope:
        """The scope with our own root path and, behind a proxy, the scheme and client that the proxy saw."""
        scheme = _SCHEMES.get(scope.get("scheme", "http"), "http")
        settled = {**scope, "root_path": _ROOT_PATH}
        if self.behind_proxy:
            scheme = _SCHEMES.get(headers.get(b"x-forwarded-proto", ""), scheme)
            if _is_ip(headers.get(b"x-real-ip", "")):
                settled["client"] = [headers[b"x-real-ip"], 0]
        settled["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")
        return settled

    def _refusal(self, scope: Scope, headers: Mapping[bytes, str]) -> int | None:
        """The status to refuse with, if any."""
        host = headers.get(b"host", "")
        domain, _ = split_domain_port(host)
        if not domain or not validate_host(domain, self.hosts):
            return 400
        origin = headers.get(b"origin")
        own = origin in (f"{_SCHEMES[scope['scheme']]}://{host}", self.public_origin)
        if scope["type"] == "websocket":
            return None if own else 403
        if scope["method"] not in _SAFE_METHODS:  # programs send neither header
            if headers.get(b"sec-fetch-site", "none") not in ("same-origin", "none"):
                return 403
            if origin is not None and not own:
                return 403
        return 413 if _too_long(headers.get(b"content-length", "0"), _most(scope, headers)) else None

    async def _websocket(self, refusal: int | None, scope: Scope, receive: Receive, send: Send) -> None:
        if refusal is None:
            return await self.app(scope, receive, send)
        await receive()  # websocket.connect; closing before accepting is an HTTP 403
        await send({"type": "websocket.close"})

    async def _http(
        self, refusal: int | None, scope: Scope, headers: Mapping[bytes, str], receive: Receive, send: Send
    ) -> None:
        answer = _Answer(receive, send, self._headers(refusal, scope, headers), _most(scope, headers))
        if refusal is None:
            await self.app(scope, answer.receive, answer.send)
            refusal = 413 if answer.cut and not answer.started else None
        if refusal:
            await answer.refuse(refusal)

    def _headers(self, refusal: int | None, scope: Scope, headers: Mapping[bytes, str]) -> tuple[Header, ...]:
        return security_headers(
            "" if refusal == 400 else headers[b"host"],
            secure=scope["scheme"] == "https",
            calls=scope["path"].startswith("/s/"),
            signalling=self.signalling,
            images=self.images,
        )


class _Answer:
    """One HTTP exchange: counts what comes in, adds headers to what goes out."""

    def __init__(self, receive: Receive, send: Send, headers: tuple[Header, ...], most: int) -> None:
        self._receive = receive
        self._send = send
        self._headers = headers
        self._most = most
        self._received = 0
        self.started = False
        self.cut = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._most:
            # To the app it is a client that went away: no handler can mistake the part for the whole.
            self.cut = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [header for header in self._headers if header[0] not in names]
            message = {**message, "headers": given}
        await self._send(message)

    async def refuse(self, status: int) -> None:
        body = f"{_SENTENCES[status]}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
