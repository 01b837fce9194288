"""What a sign leads to, as the upstream told it a few seconds ago.

One sign is read by many and each reading costs the building quota, so it is kept for a moment. A call is decided
by the building at the time of the call, whatever was kept.
"""

import asyncio
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from visitor_portal import upstream
from visitor_portal.public_access.wire import Portal, Targets


@dataclass(frozen=True, slots=True)
class Sign:
    portal: Portal
    targets: Targets


async def read(public_portal_id: str) -> Sign:
    key = f"sign:{public_portal_id}"
    # The cache is this process's memory: asking it does not wait, so no thread is needed.
    if (kept := cache.get(key)) is not None:
        return kept  # type: ignore[no-any-return]
    sign = await _ask(public_portal_id)
    cache.set(key, sign, settings.SIGN_SECONDS)
    return sign


async def _ask(public_portal_id: str) -> Sign:
    """Both at once, and both to the end: an unknown sign costs what a known one does."""
    client = upstream.client()
    portal, targets = await asyncio.gather(
        client.get_portal(public_portal_id), client.get_portal_targets(public_portal_id), return_exceptions=True
    )
    if isinstance(portal, BaseException):
        raise portal
    if isinstance(targets, BaseException):
        raise targets
    return Sign(portal, targets)
