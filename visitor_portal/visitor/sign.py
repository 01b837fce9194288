"""What a sign leads to, as the upstream told it a few seconds ago.

One sign is read by many and each reading costs the building quota, so what any stranger may read is kept for a
moment. What somebody in particular may do is asked each time, and never kept. A call and an opening are decided by
the building when they happen, whatever was kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from visitor_portal import upstream
from visitor_portal.public_access import Visitor
from visitor_portal.public_access.wire import Portal, Targets
from visitor_portal.public_access.wire.portals import GUEST_DIRECTORY

from .who import Standing

T = TypeVar("T")
SHORTEST_SEARCH = 3  # letters that are worth asking the building for


@dataclass(frozen=True, slots=True)
class Sign:
    portal: Portal
    targets: Targets
    standing: Standing  # as whom it was read

    @property
    def opens(self) -> bool:
        """Whether whoever stands here may open the door by a tap."""
        return self.portal.mode != GUEST_DIRECTORY


async def look(public_portal_id: str, standings: list[Standing], query: str = "") -> Sign:
    """The sign as the first of these who may open its door reads it, else as the first of them."""
    first = await read(public_portal_id, standings[0], query)
    for standing in standings[1:] if not first.opens else []:
        if (found := await read(public_portal_id, standing, query)).opens:
            return found
    return first


async def read(public_portal_id: str, standing: Standing, query: str = "") -> Sign:
    """Both at once, and both to the end: an unknown sign costs what a known one does."""
    portal, targets = await asyncio.gather(
        _portal(public_portal_id, standing.visitor), _targets(public_portal_id), return_exceptions=True
    )
    if isinstance(portal, BaseException):
        raise portal
    if isinstance(targets, BaseException):
        raise targets
    if targets.has_hidden and len(query) >= SHORTEST_SEARCH:
        targets = await _targets(public_portal_id, query)
    return Sign(portal, targets, standing)


async def _portal(public_portal_id: str, who: Visitor) -> Portal:
    client = upstream.client()
    if who:
        return await client.get_portal(public_portal_id, **who)
    return await _kept(f"portal:{public_portal_id}", lambda: client.get_portal(public_portal_id))


async def _targets(public_portal_id: str, query: str = "") -> Targets:
    name = f"targets:{public_portal_id}:{sha256(query.encode()).hexdigest()[:16] if query else ''}"
    return await _kept(name, lambda: upstream.client().get_portal_targets(public_portal_id, q=query or None))


async def _kept(name: str, ask: Callable[[], Awaitable[T]]) -> T:
    # The cache is this process's memory: asking it does not wait, so no thread is needed.
    if (kept := cache.get(name)) is not None:
        return kept  # type: ignore[no-any-return]
    told = await ask()
    cache.set(name, told, settings.SIGN_SECONDS)
    return told
