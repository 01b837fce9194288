"""One tap, one command. `requested` is committed before anything is sent, and nothing is ever sent twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from visitor_portal.public_access import PublicAccessError, Refused, Unreachable
from visitor_portal.public_access.wire import Opened

from .models import Opening

State = Opening.State
SPARE = 0.5  # seconds of a page's deadline that are left to tell a doubt
# What each end may take the place of: a doubt yields to whoever knows, and whoever knows yields to nobody.
YIELDING: dict[object, tuple[str, ...]] = {
    State.CONFIRMED: (State.SENT, State.UNKNOWN),
    State.REFUSED: (State.SENT, State.UNKNOWN),
    State.UNKNOWN: (State.SENT,),
}
Command = Callable[[str], Awaitable[Opened]]


async def once(key: str, command: Command) -> Opening:
    """Run this key's command, or give what became of it. `command` gets the key to send along."""
    key_hash = sha256(key.encode()).hexdigest()
    try:
        opening = await Opening.objects.acreate(key_hash=key_hash)
    except IntegrityError:
        return await _end_of(key_hash)
    if not await _take(opening):
        return await _end_of(key_hash)
    started = time.monotonic()
    ended = await _ask(command, key)
    milliseconds = round((time.monotonic() - started) * 1000)
    return await _write(opening, **ended, milliseconds=milliseconds, closed_at=timezone.now())


async def _take(opening: Opening) -> bool:
    """Write down that it is about to be sent, unless a process that stood still comes too late.

    The chore has then closed the row as surely not sent, and somebody was told so.
    """
    requested = Opening.objects.filter(key_hash=opening.key_hash, state=State.REQUESTED)
    return bool(await requested.aupdate(state=State.SENT))


async def _ask(command: Command, key: str) -> dict[str, object]:
    """What the upstream's answer means for the row. Anything that is not surely an end is `unknown`."""
    try:
        opened = await command(key)
    except Unreachable:
        return {"state": State.REFUSED, "code": "not_sent"}
    except Refused as error:
        said = error.opening.state if error.opening else State.REFUSED
        return {
            "state": State.REFUSED if said == State.REFUSED else State.UNKNOWN,
            "code": error.code or "",
            "retry_after": error.retry_after,
        }
    except PublicAccessError:
        return {"state": State.UNKNOWN}
    except Exception:  # noqa: BLE001 the row must not stay open, whatever broke
        return {"state": State.UNKNOWN, "code": "fault"}
    return {"state": _final(opened.opening.state), "seen_open": opened.opening.seen_open}


def _final(said: str) -> str:
    return said if said in (State.CONFIRMED, State.REFUSED) else State.UNKNOWN


async def _end_of(key_hash: str) -> Opening:
    """What became of a key that was used before. Nothing is sent.

    The first tap may be under way, or whoever sent it may be gone: the wait is over while there is time to say so.
    """
    opening = await Opening.objects.aget(key_hash=key_hash)
    until = time.monotonic() + _patience(opening)
    while not opening.is_over and time.monotonic() < until:
        await asyncio.sleep(0.1)
        opening = await Opening.objects.aget(key_hash=key_hash)
    return opening


def _patience(opening: Opening) -> float:
    """Seconds until this command should have had its end; never more than a page has, whatever the clocks say."""
    most = settings.OPEN_DEADLINE - SPARE
    return min(most, most - (timezone.now() - opening.at).total_seconds())


async def _write(opening: Opening, **end: object) -> Opening:
    """Write the end down, unless the row knows better: the chore has closed what took too long, as a doubt."""
    row = Opening.objects.filter(key_hash=opening.key_hash, state__in=YIELDING[end["state"]])
    if not await row.aupdate(**end):
        await opening.arefresh_from_db()
        return opening
    for name, value in end.items():
        setattr(opening, name, value)
    return opening
