"""One websocket to the server: what its client may make us keep, and for how long it is open."""

import random
from typing import Any

from daphne.ws_protocol import WebSocketProtocol

from visitor_portal.guard import security_headers
from visitor_portal.sockets import AGAIN, FLOOD

_FEW_BYTES = 4 * 1024  # of one message
_MOST_BYTES = {"/peerjs": 64 * 1024}
_MOST_FRAGMENTS = 4 * 1024  # that one message comes in
_MOST_UNHEARD = 100  # messages that wait for the application
_MOST_UNREAD = 256 * 1024  # bytes, beside what the system keeps for a client that does not read


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """Limits are kept as the bytes come in: nothing is put together that would be refused when it is whole."""

    life = _fragments = _unread = 0.0
    _is_slow = False

    def onConnect(self, request: Any) -> Any:
        self.maxMessagePayloadSize = self.maxFramePayloadSize = _MOST_BYTES.get(request.path, _FEW_BYTES)
        # Sockets that came together, as after a restart, shall not all end together.
        self.life = self.factory.server_class.websocket_timeout * random.uniform(0.9, 1)  # noqa: S311
        return super().onConnect(request)

    def onOpen(self) -> None:
        self.transport.unregisterProducer()  # the HTTP connection that this was
        self.transport.registerProducer(self, True)
        super().onOpen()

    def pauseProducing(self) -> None:
        """More was written than the client reads just now. Said again at each write."""
        self._is_slow = True

    def resumeProducing(self) -> None:
        self._is_slow, self._unread = False, 0

    def stopProducing(self) -> None:
        """The connection is lost, and onClose says so."""

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Whoever reads nothing is not waited for: the page comes back and asks for the state as it is then."""
        self._unread += len(data) if self._is_slow else 0
        if self._unread > _MOST_UNREAD:
            self.dropConnection(abort=True)
        else:
            super().sendData(data, sync, chopsize)

    def onMessageBegin(self, isBinary: bool) -> None:
        self._fragments = 0
        super().onMessageBegin(isBinary)

    def onMessageFrameBegin(self, length: int) -> None:
        """Fragments may be empty, so that their number must be limited, too."""
        self._fragments += 1
        super().onMessageFrameBegin(length)
        if self._fragments > _MOST_FRAGMENTS and not self.failedByMe:
            self._max_message_size_exceeded(self._fragments, _MOST_FRAGMENTS, "too many fragments")

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state != self.STATE_OPEN:
            return
        if self.application_queue.qsize() >= _MOST_UNHEARD:
            self.serverClose(FLOOD)
        else:
            super().onMessage(payload, isBinary)

    def serverSend(self, content: str, binary: bool = False) -> None:
        """To a page that has gone meanwhile nothing is sent; the library would raise in the consumer's face."""
        if self.state not in (self.STATE_CLOSING, self.STATE_CLOSED):
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:
        self.sendCloseFrame(code=code or 1000)  # sendClose would raise for 1012 and 1013

    def check_timeouts(self) -> None:
        if self.state == self.STATE_OPEN and self.duration() > self.life:
            self.serverClose(AGAIN)
        else:
            super().check_timeouts()

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: object = None) -> None:
        headers = [(name.decode(), value.decode()) for name, value in security_headers()]
        super().sendHttpErrorResponse(code, reason, [*headers, ("content-length", "0")])

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        if hasattr(self, "server"):  # else the handshake failed before there was anything to close
            super().onClose(wasClean, code, reason)
