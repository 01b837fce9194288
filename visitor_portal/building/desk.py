"""What a manager does with a door from the desk, and what became of it, in words."""

from datetime import datetime

from django.utils.timezone import localtime

from . import doors, holds
from .access_log import Attempt
from .models import AccessLog, Door
from .refusals import CODES

State = AccessLog.State
_ENDS = {
    State.REQUESTED: "Written down, and nothing was sent so far.",
    State.SENT: "Sent, and no answer yet.",
    State.UNKNOWN: "No answer that can be trusted: the door may have opened. Look at it.",
}


def test_fire(door: Door, *, user: str, now: datetime, key: str | None = None) -> Attempt:
    """Open it as a manager may: with no right and whatever the hold. The attempt says how it ended."""
    return doors.fire(door, guest=f"desk:{user}"[:64], key=key, now=now)


def what_came_of(attempt: Attempt) -> str:
    if attempt.state in _ENDS:
        return _ENDS[State(attempt.state)]
    if attempt.state == State.REFUSED:
        return f"Refused, and surely not opened. {_why_not(attempt)}"
    if attempt.reason == "held_open":
        return "The lock holds the door open already, so nothing was sent."
    return f"Confirmed in {attempt.milliseconds} ms: the lock says that it opened."


def _why_not(attempt: Attempt) -> str:
    if attempt.reason == "door_unreachable":
        return "The lock said no, or nothing could be reached."
    return CODES[attempt.reason][1] if attempt.reason in CODES else attempt.reason


def what_the_contact_saw(attempt: Attempt) -> str:
    steps = {row.state for row in attempt.rows}
    if State.SEEN_SHUT in steps:
        return "The contact saw the door open, and shut again."
    if attempt.seen_open is None:
        return "The contact has said nothing so far, or there is none."
    return "The contact saw the door open." if attempt.seen_open else "The contact saw the door stay shut."


_LOCK = {True: "", False: ", as soon as the lock is told", None: ", but the lock did not answer"}


def hold_in_words(door: Door, now: datetime) -> str:
    """How the door is held now, by what, and until when; empty when it is not."""
    mode = holds.mode_of(door, now)
    if mode == Door.Hold.NORMAL:
        return "The lock has not let go yet" if door.is_held_open is not False else ""
    how = "Held closed" if mode == Door.Hold.CLOSED else f"Held open{_LOCK[door.is_held_open]}"
    if door.hold != mode or (door.hold_until and door.hold_until <= now):
        return f"{how}, by an access"
    until = f", until {localtime(door.hold_until):%d %b %Y %H:%M}" if door.hold_until else ""
    return f"{how}{until}{f': {door.hold_reason}' if door.hold_reason else ''}"
