"""What a door can tell at this moment: whether anybody would hear a command, and how long it stands open."""

import time
from datetime import datetime, timedelta

from . import contacts, places
from .access_log import Attempt
from .drivers import found
from .models import AccessLog, Door, Opener

State = AccessLog.State


def reachable(door: Door) -> bool:
    """Whether some opener of this door would answer now. A driver that breaks is out of reach."""
    until = time.monotonic() + 2
    return any(_answers(opener, door, until - time.monotonic()) for opener in places.openers(door))


def _answers(opener: Opener, door: Door, patience: float) -> bool:
    try:
        wired = found(opener, door)
        return wired is not None and patience > 0 and wired[0].reachable(wired[1], patience=patience)
    except Exception:  # noqa: BLE001 a driver that breaks is out of reach
        return False


def open_until(attempt: Attempt, door: Door, now: datetime) -> datetime | None:
    """When the door that this attempt opened shuts again; None when it is shut."""
    if attempt.state != State.CONFIRMED or attempt.contact == State.SEEN_SHUT:
        return None
    until = _lock_says(door, now) or attempt.last.at + timedelta(seconds=door.open_seconds)
    if attempt.contact == State.SEEN_OPEN and now < until + timedelta(seconds=contacts.MARGIN):
        return max(until, now + timedelta(seconds=3))  # somebody holds it open
    return until if until > now else None


def _lock_says(door: Door, now: datetime) -> datetime | None:
    """When the lock itself says that it falls shut. Most can't say."""
    for opener in places.openers(door):
        try:
            wired = found(opener, door)
            until = wired[0].open_until(wired[1], now=now) if wired else None
        except Exception:  # noqa: BLE001 as above
            until = None
        if until:
            return until
    return None
