"""What every socket keeps to: how much it takes in, how many there may be, and what its closing codes mean.

The server adds what only it can see: the size of a frame before it is read, pings, a life of 15 minutes and readers
that are too slow (see websocket.py). Those end with the usual codes: 1002 for a broken frame, 1007 for text that is
not UTF-8, 1009, 1012.

A socket that joined a group promises that what the group is told arrives. When the channel layer fails, all of them
are closed with LATER: the page polls, comes back after a random pause, and joins again.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer

from visitor_portal.guard import Message, Receive, Scope, Send
from visitor_portal.roles import Role

# A page comes back by itself after these, and after 1006, a lost line.
FAILED = 1011  # a mistake of ours
AGAIN = 1012  # its life is over, or the server is ending: come back
LATER = 1013  # nothing can be pushed just now: come back, after a pause
# And stays away after these: it polls, or its visit is over.
NOT_TEXT = 1003  # a binary message
FLOOD = 1008  # too many messages, or more at once than can be taken
TOO_BIG = 1009
NO_ROLE = 4403  # this browser holds no role here, or no longer one that may have this socket
REPLACED = 4409  # the same side opened another one, as after a reload
TOO_MANY = 4429  # as many as may be for one holder are open already

RENEW = 5.0  # seconds after which a group is joined anew
WORD = 4 * 1024  # bytes; a message counts for as many as it fills of these

logger = logging.getLogger(__name__)
_places: Counter[tuple[str, str, str]] = Counter()
_open: WeakSet["Socket"] = WeakSet()  # those that joined a group


class LayerDown(Exception):
    """The channel layer took nothing, or will give nothing."""


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket of somebody who holds a role. Subclasses say `admit` and `join` in their `connect`."""

    most_bytes = WORD
    most_at_once, each_second = 30, 2.0  # messages: in one burst, and for ever
    most_alike = 3  # of this kind, for one holder in one session, in this process

    is_over = False
    _tasks: Sequence[asyncio.Task[None]] = ()
    _place: tuple[str, str, str] | None = None
    _allowed, _counted = 0.0, 0.0
    _code = 1006  # with which it ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope: dict[str, Any] = dict(scope)
        self.base_send = send
        self.channel_layer = get_channel_layer()
        self.channel_name = await self.channel_layer.new_channel()
        self._turn = asyncio.Lock()
        try:
            while True:
                await self._handle(await receive())
        except StopConsumer:
            pass
        except LayerDown as failure:
            await _close_all(failure)
            await self.close(LATER)
        finally:
            await self._leave()

    # -- for subclasses

    async def refuse(self, code: int) -> None:
        """Say why. A browser is told so only of a socket that was open."""
        await self.accept()
        await self.close(code)

    async def admit(self, role: Role) -> bool:
        """Let this holder in, unless its sockets are too many."""
        place = (type(self).__name__, role.session_id, role.fingerprint)
        await self.accept()
        if _places[place] >= self.most_alike:
            await self.close(TOO_MANY)
            return False
        self._place = place
        _places[place] += 1
        return True

    async def join(self, group: str) -> None:
        await self._add(group)
        self.groups.append(group)
        _open.add(self)
        if not self._tasks:
            works = [self._hear()] + ([self._stay()] if getattr(self.channel_layer, "forgets_groups", True) else [])
            self._tasks = [asyncio.create_task(work) for work in works]

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.is_over:
            self.is_over = True
            await super().close(code, reason)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As Channels has it, less the hop to a thread that looks after its database: no socket asks one itself."""
        await getattr(self, get_handler_name(message))(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """What a page sends is not listened to, unless a subclass does."""

    # -- the rules

    async def _handle(self, message: Message) -> None:
        """One at a time. After its close a socket hears nothing but its end."""
        async with self._turn:
            if not self.is_over or message["type"] == "websocket.disconnect":
                await self.dispatch(dict(message))

    async def _hear(self) -> None:
        """What its groups are told, in turn with what the page says."""
        try:
            while True:
                await self._handle(await self._next())
        except LayerDown as failure:
            await _close_all(failure)
        except Exception:
            logger.exception("A socket failed.")
            await self.close(FAILED)

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        if text is None:
            await self.close(NOT_TEXT)
        elif len(text) > self.most_bytes or len(text.encode("utf-8", "replace")) > self.most_bytes:
            await self.close(TOO_BIG)
        elif self._is_flood(1 + len(text) // WORD):
            await self.close(FLOOD)
        else:
            await self.receive(text_data=text)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        self._code = message["code"]
        raise StopConsumer  # what it holds is given back at the very end, whatever ends it

    def _is_flood(self, words: int) -> bool:
        """A bucket that fills steadily and holds one burst."""
        now = time.monotonic()
        filled = self._allowed + (now - self._counted) * self.each_second
        self._allowed, self._counted = min(filled, self.most_at_once) - words, now
        return self._allowed < 0

    async def _stay(self) -> None:
        """A Redis that starts again knows no groups, and sometimes nobody notices that it was gone."""
        try:
            while True:
                await asyncio.sleep(RENEW)
                for group in self.groups:
                    await self._add(group)
        except LayerDown as failure:
            await _close_all(failure)

    async def _add(self, group: str) -> None:
        try:
            await self.channel_layer.group_add(group, self.channel_name)
        except Exception as failure:  # each backend has errors of its own
            raise LayerDown from failure

    async def _next(self) -> Any:
        try:
            return await self.channel_layer.receive(self.channel_name)
        except Exception as failure:  # each backend has errors of its own
            raise LayerDown from failure

    async def _leave(self) -> None:
        self.is_over = True
        _open.discard(self)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.disconnect(self._code)
        if self._place:
            _places[self._place] -= 1
            if not _places[self._place]:
                del _places[self._place]
        for group in self.groups:
            try:
                await self.channel_layer.group_discard(group, self.channel_name)
            except Exception:  # noqa: BLE001 a layer that is down has forgotten it anyway
                return


async def _close_all(failure: LayerDown) -> None:
    """A layer that comes back knows no group of ours any more, and tells only some of us that it was gone."""
    sockets = [socket for socket in _open if not socket.is_over]
    if sockets:
        logger.warning("The channel layer failed (%r): %d sockets close.", failure.__cause__, len(sockets))
    for socket in sockets:
        await socket.close(LATER)
