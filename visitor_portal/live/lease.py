"""Which of several processes asks about a session: whoever holds its lease in the shared cache.

The cache is a help, never a condition. Where it is gone, each process asks for itself.
"""

import asyncio
from functools import cache
from uuid import uuid4

from django.core.cache import BaseCache, caches

from visitor_portal import events

from .trouble import Trouble

SECONDS = 5  # until somebody else may take the lease of a process that died
RENEW, TRY = 1.5, 0.5  # seconds between two looks of its holder, and of the others
PATIENCE = 1.0  # seconds; a cache that hangs is a cache that is gone

_trouble = Trouble(
    "The cache for leases does not answer (%s): each process asks about its visits for itself.",
    "The cache for leases answers again.",
)


@cache
def _shared() -> BaseCache:
    """Made once: what `caches` hands out belongs to its caller's context, and each one opens connections anew."""
    return caches.create_connection("shared")


class Lease:
    def __init__(self, session_id: str) -> None:
        self._key = f"watch.{events.session_group(session_id)}"  # no id: it shows in Redis keys
        self._me = uuid4().hex
        self._is_held = False

    @property
    def pause(self) -> float:
        """Seconds until the next look."""
        return RENEW if self._is_held else TRY

    async def hold(self) -> bool:
        """Take it or renew it, and say whether it is ours."""
        try:
            async with asyncio.timeout(PATIENCE):
                # A thread of its own: the cache blocks, and the loop must not.
                self._is_held = await asyncio.to_thread(self._take)
        except Exception as error:  # noqa: BLE001 each backend has errors of its own
            _trouble.meet(self, type(error).__name__)
            self._is_held = True
        else:
            _trouble.pass_by(self)
        return self._is_held

    async def give_back(self) -> None:
        _trouble.leave(self)
        if self._is_held:
            self._is_held = False
            try:
                async with asyncio.timeout(PATIENCE):
                    await asyncio.to_thread(self._give)
            except Exception:  # noqa: BLE001 it ends by itself
                return

    def _take(self) -> bool:
        if _shared().add(self._key, self._me, SECONDS):
            return True
        # Between the two somebody else may have got it. Then two ask for one turn, which harms nobody.
        return bool(_shared().get(self._key) == self._me and _shared().touch(self._key, SECONDS))

    def _give(self) -> None:
        if _shared().get(self._key) == self._me:
            _shared().delete(self._key)
