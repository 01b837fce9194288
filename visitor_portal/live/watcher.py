"""One watcher for each session that somebody looks at in this process, whoever looks and however many.

It hears the channel layer for all of them, and against a remote upstream it asks for all of them. The first listener
starts it; it stops when the last one has been gone for a while.
"""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from django.conf import settings

from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

from . import truth
from .hearing import Ear
from .household import Household
from .polling import Polling

AT_ONCE = 3  # roles told at the same time
LINGER = 10.0  # seconds after the last listener: a page that is loaded anew finds it still there

logger = logging.getLogger(__name__)


Ask = Callable[[Role], Awaitable[Session]]


class Listener(Protocol):
    @property
    def role(self) -> Role: ...

    async def look(self, ask: Ask) -> None:
        """Ask for the truth, in this way, and show it if it is new."""


class Watcher:
    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self._listeners: dict[Listener, None] = {}  # in the order of their coming
        self._last: Role | None = None  # asks on for a while when everybody has gone
        self.household = Household()
        self._news, self._is_new = asyncio.Event(), True
        self._lingering: asyncio.TimerHandle | None = None
        self._ear = Ear(session_id, self.changed, self.changed)
        self._polling = Polling(session_id, self._roles, self.changed) if settings.PUBLIC_ACCESS_URL else None
        self._tasks = [_start(self._ear.listen()), _start(self._tell())]
        if self._polling:
            self._tasks.append(_start(self._polling.run()))

    @property
    def is_pushing(self) -> bool:
        """Whether changes come to the sockets by themselves, as far as anybody can know."""
        if self._polling is None:
            return self._ear.is_open
        return not self._polling.is_over and (self._ear.is_open or self._polling.is_ours)

    @property
    def hears_all(self) -> bool:
        """Whether each change comes here in the moment in which it is made."""
        return self._polling is None and self._ear.is_open

    async def join(self, listener: Listener) -> None:
        """Back when changes are heard, or known not to be: what is asked from then on misses none."""
        self._listeners[listener] = None
        if self._lingering:
            self._lingering.cancel()
            self._lingering = None
        await self._ear.settled.wait()
        if self._is_new:  # what was asked before that, changes were not heard of
            self._is_new = False
            truth.forget(self.session_id)

    def leave(self, listener: Listener) -> None:
        if listener not in self._listeners:
            return
        del self._listeners[listener]
        if listener.role not in self._roles():
            self.household.leave(listener.role)
        if not self._listeners:
            self._last = listener.role
            self._lingering = asyncio.get_running_loop().call_later(LINGER, self._end)

    def changed(self) -> None:
        truth.forget(self.session_id)
        self._news.set()

    def _roles(self) -> dict[Role, None]:
        """Whose secrets may be asked with."""
        return dict.fromkeys([listener.role for listener in self._listeners] or ([self._last] if self._last else []))

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self.household.changed()
            gate = asyncio.Semaphore(AT_ONCE)
            # The visitor first. A household that was all asked for at once would all be late.
            roles = sorted(self._roles(), key=lambda role: role.name != "caller")
            await asyncio.gather(*(self._tell_role(role, gate) for role in roles))

    async def _tell_role(self, role: Role, gate: asyncio.Semaphore) -> None:
        async with gate:
            looks = (listener.look(self.household.hear) for listener in self._listeners if listener.role == role)
            for failure in await asyncio.gather(*looks, return_exceptions=True):
                if isinstance(failure, Exception):
                    logger.error("A socket could not be told of a change.", exc_info=failure)

    def _end(self) -> None:
        del _watchers()[self.session_id]
        for task in self._tasks:
            task.cancel()


_running: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Watcher]] = WeakKeyDictionary()


def _watchers() -> dict[str, Watcher]:
    """Of this event loop, by session."""
    return _running.setdefault(asyncio.get_running_loop(), {})


def watcher_of(session_id: str) -> Watcher:
    """The session's watcher, started if there is none."""
    watchers = _watchers()
    return watchers.get(session_id) or watchers.setdefault(session_id, Watcher(session_id))


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Owned by the app: in nobody's context, and nobody's leaving ends it."""
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())
