"""The server: Daphne, with limits on what comes in, and an end that finishes what was begun."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from daphne.server import Server as DaphneServer  # isort: skip - first: it installs the asyncio reactor
from daphne.ws_protocol import WebSocketFactory
from twisted.internet import reactor
from twisted.logger import globalLogBeginner

from visitor_portal.connection import Factory, Request, access
from visitor_portal.keeping import Keeper
from visitor_portal.logs import redact_path
from visitor_portal.sockets import AGAIN
from visitor_portal.upstream import running
from visitor_portal.websocket import Socket

REQUEST_SECONDS = 15.0  # for a whole request to arrive, however steadily it drips
PING_SECONDS = 20.0  # between two pings of a socket; without an answer for half as long again it is closed
CLOSE_SECONDS = 3.0  # for the other end to read why it is closed, and to say so
SOCKET_SECONDS = 15 * 60.0  # that a socket lives at most
DRAIN_SECONDS = 10.0  # for requests, effects and chores under way when the server is asked to stop

logger = logging.getLogger(__name__)


class Server(DaphneServer):  # type: ignore[misc]
    """Serves on a socket that already listens, until SIGTERM or SIGINT; a second one stops it at once."""

    def __init__(
        self,
        application: Any,
        listening: socket.socket,
        *,
        keeper: Keeper | None = None,
        request_seconds: float = REQUEST_SECONDS,
        ping_seconds: float = PING_SECONDS,
        socket_seconds: float = SOCKET_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
        on_ready: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(
            application,
            endpoints=["the socket given"],
            http_timeout=60,
            websocket_timeout=socket_seconds,
            ping_interval=ping_seconds,
            ping_timeout=1.5 * ping_seconds,
            websocket_max_message_size=64 * 1024,
            websocket_max_frame_size=64 * 1024,
            server_name="",
            ready_callable=on_ready,
        )
        self.listening = listening
        self.keeper = keeper or Keeper()
        self.drain_seconds = drain_seconds
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Factory(self, request_seconds)
        self.ws_factory = WebSocketFactory(self, server="")
        self.ws_factory.protocol = Socket
        self._ending: asyncio.Task[None] | None = None

    def run(self) -> None:
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # the guard judges origins
            failByDrop=False,  # say 1009 or 1007 before closing
            closeHandshakeTimeout=CLOSE_SECONDS,
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=self.websocket_max_message_size,
            maxFramePayloadSize=self.websocket_max_frame_size,
        )
        globalLogBeginner.beginLoggingTo([_log_failure], redirectStandardIO=False, discardBuffer=True)
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        self.listening.setblocking(False)
        self.port = reactor.adoptStreamPort(self.listening.fileno(), self.listening.family, self.http_factory)
        reactor.callWhenRunning(self.ready_callable)
        reactor.run(installSignalHandlers=False)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        await super().handle_reply(protocol, message)
        if message.get("more_body") and isinstance(protocol, Request) and protocol.channel:
            await protocol.channel.room()

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        if protocol == "websocket" and action != "connecting":  # pages: see Factory.log
            access.info("WS %s %s", redact_path(details["path"]), action)

    def end(self) -> None:
        if self._ending is None:
            self._ending = reactor._asyncioEventloop.create_task(self._end())
        elif reactor.running:
            reactor.stop()

    async def _end(self) -> None:
        logger.info("Stopping: %d s at most for what is under way", self.drain_seconds)
        try:
            self.port.stopListening()
            self.listening.close()
            self.http_factory.end()
            self.keeper.stop()
            if not await _until(lambda: not self._busy(), self.drain_seconds):
                logger.warning("Stopping although something was still under way")
            for open_socket in self._sockets():
                open_socket.serverClose(AGAIN)
            await _until(lambda: not self._sockets(), 1)
            await self._cancel_the_rest()
        finally:
            if reactor.running:
                reactor.stop()

    def _busy(self) -> bool:
        requests = [
            details
            for protocol, details in self.connections.items()
            if isinstance(protocol, Request) and not protocol.refused
        ]
        is_answering = any(_unfinished(details) for details in requests)
        return is_answering or any(not task.done() for task in running) or bool(self.keeper.under_way)

    def _sockets(self) -> list[Socket]:
        return [p for p in self.connections if isinstance(p, Socket) and p.state == p.STATE_OPEN]

    async def _cancel_the_rest(self) -> None:
        apps = [details.get("application_instance") for details in self.connections.values()]
        left = [app for app in apps if app and not app.done()]
        for app in left:
            app.cancel()
        if left:
            await asyncio.wait(left, timeout=2)


def _unfinished(details: dict[str, Any]) -> bool:
    """Not answered yet, or answered while its application still works."""
    app = details.get("application_instance")
    return "disconnected" not in details or (app is not None and not app.done())


async def _until(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        await asyncio.sleep(0.05)
    return done()


def _log_failure(event: dict[str, Any]) -> None:
    """Twisted's own log is chatter, except for what nothing caught."""
    if failure := event.get("log_failure"):
        caught = (failure.type, failure.value, failure.getTracebackObject())
        logger.error("Uncaught in the server: %s", failure.getErrorMessage(), exc_info=caught)
