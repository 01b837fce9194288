"""Group names and payloads: all that travels through the channel layer.

A payload says that something changed, never what it is now: whoever hears it asks for the truth, so a lost
message costs one poll and nothing more.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from typing import Literal, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

PATIENCE = 1.0  # seconds; a layer that hangs is a layer that is down

logger = logging.getLogger(__name__)


class Changed(TypedDict):
    type: Literal["session.changed", "resident.changed"]


class Signal(TypedDict):
    """One PeerJS message for the other side of a call."""

    type: Literal["peer.signal"]
    text: str


class Presence(TypedDict):
    """A side of a call came to the signalling socket, or left it."""

    type: Literal["peer.here", "peer.gone", "peer.replaced"]
    by: str


Event = Changed | Signal | Presence


def _group(kind: str, name: str) -> str:
    """A legal, short name that holds no id: it shows in Redis keys."""
    return f"{kind}.{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def session_group(session_id: str) -> str:
    return _group("s", session_id)


def resident_group(resident_id: str) -> str:
    return _group("r", resident_id)


def peer_group(session_id: str, role: str) -> str:
    return _group("p", f"{role}:{session_id}")


async def send(group: str, event: Event) -> bool:
    """Tell a group. A layer that is down costs the push, never the request: False says it was not told."""
    try:
        async with asyncio.timeout(PATIENCE):
            await get_channel_layer().group_send(group, event)
    except Exception:  # noqa: BLE001 each backend has errors of its own; none may reach a visitor
        logger.warning("The channel layer took no %s; pages learn it by polling.", event["type"])
        return False
    return True


def session_changed(session_id: str, resident_ids: Iterable[str] = ()) -> bool:
    """Told to both sides of a visit, and to the pages of these residents."""
    return async_to_sync(_tell)([session_group(session_id)], [resident_group(each) for each in resident_ids])


def resident_changed(*resident_ids: str) -> bool:
    """Whether one of them was told."""
    return async_to_sync(_tell)([], [resident_group(each) for each in resident_ids])


async def _tell(sessions: Iterable[str], residents: Iterable[str]) -> bool:
    """From a thread one hop to the layer for all of them, and not one for each: a household has many phones."""
    sending = [send(group, Changed(type="session.changed")) for group in sessions]
    sending += [send(group, Changed(type="resident.changed")) for group in residents]
    return any(await asyncio.gather(*sending))
