"""One connection to the server: what may come in and how fast, and what the server itself answers."""

import asyncio
import logging
from io import BytesIO
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web import http

from visitor_portal.guard import MAX_BODY, most_body, security_headers
from visitor_portal.logs import redact_path

_LINGER_SECONDS = 2.0  # for a refused client to read why, before the connection is cut
# Whether the session of an upload is any good is known only when all of it is here. So few come in side by side
# (strangers could fill the memory), and each may take its time (a phone sends slowly).
_UPLOADS_AT_ONCE = 4
_UPLOAD_TIMES = 4  # as long as any other request
_SENTENCES = {
    400: "This request could not be understood.",
    408: "This request took too long to arrive.",
    413: "That is more than this site accepts at once.",
    500: "Something went wrong here. Try again.",
    503: "This took too long, or too much came at once. Try again in a moment.",
}

access = logging.getLogger("visitor_portal.access")


def _error(status: int) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of the server's own error page."""
    body = f"{_SENTENCES[status]}\n".encode()
    size = str(len(body)).encode()
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", size)]
    return [*plain, *security_headers()], body


def _log(method: bytes, uri: bytes, status: int, seconds: float, size: int) -> None:
    path = redact_path(uri.decode("latin-1"))
    access.info("%s %s %d %d ms %d B", method.decode("latin-1"), path, status, seconds * 1000, size)


def _drop(*_: object) -> None:
    """What a refused client still sends goes nowhere."""


class Request(WebRequest):  # type: ignore[misc]
    """A request whose body stays in memory, because it may not grow."""

    refused = False
    most = MAX_BODY

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()  # Twisted would write a long or chunked body to disk
        self.most = self._most_body()
        if length is not None and length > self.most:
            self.channel.refuse(413)
        elif self.most > MAX_BODY and (length is None or length > MAX_BODY):
            self.channel.take_upload()

    def _most_body(self) -> int:
        path = self.channel._path.partition(b"?")[0]
        cookies = b",".join(self.requestHeaders.getRawHeaders(b"cookie", []))
        return most_body(path.decode("latin-1"), cookies.decode("latin-1"))

    def handleContentChunk(self, data: bytes) -> None:
        if self.refused:
            return
        if self.content.tell() + len(data) > self.most:
            self.channel.refuse(413)
        else:
            self.content.write(data)

    @property
    def is_endless(self) -> bool:
        kinds = self.responseHeaders.getRawHeaders(b"content-type", [b""])
        return bool(kinds[0].startswith(b"multipart/x-mixed-replace"))

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not self.refused:
            super().requestReceived(command, path, version)

    def process(self) -> None:
        self.requestHeaders.removeHeader(b"daphne-root-path")
        channel = self.channel
        super().process()
        if self.transport is None:  # it became a websocket
            channel.leave()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        if self.finished or self.channel is None:
            return
        if self._response_started:  # too late for an error page: a cut answer at least looks cut
            self.loseConnection()
            return
        headers, page = _error(status)
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": page})

    def check_timeouts(self) -> None:
        if not self.finished and not self._disconnected:
            super().check_timeouts()


class Channel(http.HTTPChannel):  # type: ignore[misc]
    """One connection. Each request on it has one deadline, which no trickle of bytes moves."""

    requestFactory = Request
    _deadline: Any = None
    _refused = False

    def __init__(self) -> None:
        super().__init__()
        self._room = asyncio.Event()
        self._room.set()

    def connectionMade(self) -> None:
        self.factory.channels.add(self)
        self._expect()
        super().connectionMade()

    def connectionLost(self, reason: object) -> None:
        self.leave()
        self._room.set()
        super().connectionLost(reason)

    def pauseProducing(self) -> None:
        self._room.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:
        self._room.set()
        super().resumeProducing()

    async def room(self) -> None:
        """Until the client took what it was sent: what nobody waits for heaps up here."""
        await self._room.wait()

    def dataReceived(self, data: bytes) -> None:
        if self._refused:
            return
        if not self._handlingRequest:
            self._expect()
        super().dataReceived(data)

    def allContentReceived(self) -> None:
        self._arrived()
        super().allContentReceived()

    def requestDone(self, request: Request) -> None:
        self.factory.uploads.discard(self)
        super().requestDone(request)

    def checkPersistence(self, request: Request, version: bytes) -> bool:
        if self.factory.ending:
            request.responseHeaders.setRawHeaders(b"connection", [b"close"])
            return False
        return bool(super().checkPersistence(request, version))

    def leave(self) -> None:
        """No longer an HTTP connection: it closed, or a websocket took it over."""
        self._arrived()
        self.factory.channels.discard(self)
        self.factory.uploads.discard(self)

    def take_upload(self) -> None:
        """Let a large body in, unless as many as may be are there already."""
        if len(self.factory.uploads) >= _UPLOADS_AT_ONCE:
            return self.refuse(503)
        self.factory.uploads.add(self)
        self._arrived()
        self._expect(_UPLOAD_TIMES)

    def end(self) -> None:
        """Close now, or after the answer under way; a moving picture has no end to wait for."""
        if self.requests and self.requests[0].is_endless:
            self.loseConnection()
        elif self.requests:
            self.persistent = False
            self.requests[0].responseHeaders.setRawHeaders(b"connection", [b"close"])
        else:
            self.loseConnection()

    def refuse(self, status: int) -> None:
        """Say why, take nothing more in, close. Closing at once would often lose the answer on the way."""
        self._refused = True
        self._arrived()
        self.setTimeout(None)
        self.lineReceived = self.rawDataReceived = _drop
        for request in self.requests:
            request.refused = True
        headers, body = _error(status)
        lines = [b": ".join(header) for header in [*headers, (b"connection", b"close")]]
        first = b"HTTP/1.1 %d %s" % (status, http.RESPONSES[status])
        self.transport.write(b"\r\n".join([first, *lines, b"", body]))
        self.transport.loseWriteConnection()
        self._abortingCall = self.callLater(_LINGER_SECONDS, self.forceAbortClient)
        _log(getattr(self, "_command", b"-"), getattr(self, "_path", b"-"), status, 0, len(body))

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400)

    def _send100Continue(self) -> None:
        if not self._refused:
            super()._send100Continue()

    def _expect(self, times: int = 1) -> None:
        if self._deadline is None:
            self._deadline = self.callLater(times * self.factory.request_seconds, self._too_late)

    def _arrived(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _too_late(self) -> None:
        if self.requests:
            self.refuse(408)
        else:  # nothing that could be called a request
            self.loseConnection()


class Factory(HTTPFactory):  # type: ignore[misc]
    protocol = Channel
    ending = False

    def __init__(self, server: object, request_seconds: float) -> None:
        super().__init__(server)
        self.request_seconds = request_seconds
        self.channels: set[Channel] = set()
        self.uploads: set[Channel] = set()  # those of them with a large body, until its answer is sent

    def buildProtocol(self, addr: object) -> Channel:
        channel: Channel = http.HTTPFactory.buildProtocol(self, addr)  # Daphne's own would change requestFactory
        return channel

    def log(self, request: Request) -> None:
        _log(request.method, request.uri, request.code, request.duration(), request.sentLength)

    def end(self) -> None:
        self.ending = True
        for channel in list(self.channels):
            channel.end()
