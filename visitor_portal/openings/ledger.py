"""One tap, one command. `requested` is committed before anything is sent, and nothing is ever sent twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from hashlib import sha256

from django.db import IntegrityError
from django.utils import timezone

from visitor_portal.public_access import PublicAccessError, Refused, Unreachable
from visitor_portal.public_access.wire import Opened

from .models import Opening

State = Opening.State
PATIENCE = 10  # seconds that a second tap waits for the first one's end
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
    return await _write(
        opening, **ended, milliseconds=round((time.monotonic() - started) * 1000), closed_at=timezone.now()
    )


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
    """What became of a key that was used before. Nothing is sent."""
    until = time.monotonic() + PATIENCE
    while True:
        opening = await Opening.objects.aget(key_hash=key_hash)
        if opening.is_over or time.monotonic() > until:
            return opening
        await asyncio.sleep(0.1)


async def _write(opening: Opening, **fields: object) -> Opening:
    for name, value in fields.items():
        setattr(opening, name, value)
    await opening.asave(update_fields=list(fields))
    return opening
