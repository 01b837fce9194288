"""What a visitor wrote to an upstream that shows no lines: the page shows them all the same, and counts them.

They lie in the shared cache, which may vanish at any moment: then they are not shown any longer, and that is all.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from django.core.cache import BaseCache, caches
from django.core.cache.backends.locmem import LocMemCache

from visitor_portal import events
from visitor_portal.lines import MOST, PAUSE
from visitor_portal.public_access import TooSoon
from visitor_portal.public_access.wire import Message, Session, Writing
from visitor_portal.roles import Role

from .trouble import Trouble

T = TypeVar("T")

SECONDS = 3600  # longer than any visit
PATIENCE = 1.0  # seconds; a cache that hangs is a cache that is gone

_trouble = Trouble(
    "The cache for what visitors write does not answer (%s): their pages may not show it.",
    "The cache for what visitors write answers again.",
)


def is_mute(session: Session) -> bool:
    """Whether this upstream takes lines and shows none, as the published API has it."""
    return session.version is None and session.writing is None


async def beside(session: Session, role: Role) -> Session:
    """The session with what its visitor wrote."""
    if role.name != "caller" or not is_mute(session):
        return session
    written = session.messages or await _lines(session.session_id)
    writing = Writing(left=max(0, MOST - len(written))) if session.live else None
    return replace(session, messages=written, writing=writing)


async def take(session_id: str) -> None:
    """A place for one line more, or `TooSoon`."""
    if len(await _lines(session_id)) >= MOST:
        raise TooSoon(429, "too_many_tries")
    until = time.time() + PAUSE.total_seconds()
    key = f"{_key(session_id)}.pause"
    # Added once, whichever process is asked: of two lines at the same time one is taken.
    if await _ask(lambda: _cache().add(key, until, PAUSE.total_seconds()), True):
        return
    left = await _ask(lambda: _cache().get(key, until), until) - time.time()
    raise TooSoon(429, "too_many_tries", retry_after=max(1, math.ceil(left)))


async def give_back(session_id: str) -> None:
    """The line was not sent: the next one need not wait."""
    await _ask(lambda: _cache().delete(f"{_key(session_id)}.pause"), False)


async def put(session_id: str, line: Message) -> None:
    lines = [known.to_json() for known in (*await _lines(session_id), line)]
    await _ask(lambda: _cache().set(_key(session_id), lines, SECONDS), None)


async def _lines(session_id: str) -> tuple[Message, ...]:
    none: list[Any] = []
    return tuple(map(Message.from_json, await _ask(lambda: _cache().get(_key(session_id), none), none)))


def _key(session_id: str) -> str:
    return f"lines.{events.session_group(session_id)}"  # no id: it shows in Redis keys


@cache
def _cache() -> BaseCache:
    """Made once: what `caches` hands out belongs to its caller's context, and each one opens connections anew."""
    return caches.create_connection("shared")


async def _ask(work: Callable[[], T], otherwise: T) -> T:
    """In a thread: the cache blocks, and the loop must not. One in our own memory answers at once."""
    if isinstance(_cache(), LocMemCache):
        return work()
    try:
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.to_thread(work)
    except Exception as error:  # noqa: BLE001 each backend has errors of its own
        _trouble.meet(_ask, type(error).__name__)
        return otherwise
    _trouble.pass_by(_ask)
    return found
