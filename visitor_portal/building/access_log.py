"""The access log: every attempt at a door, step by step. Rows are only ever added.

A step is taken by whoever adds its row first; the database refuses the second one.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from .models import AccessLog
from .questions import Question
from .turns import STEPS, Turn, in_turn

State = AccessLog.State
# Seconds from the beginning of a key's first request in which a second one waits for its end: longer than the openers
# of a door may take, and less than whoever asks waits, so that a doubt is told in time.
PATIENCE = 7.5
_COPIED = ("door", "portal", "direction", "auth_type", "resident", "invite", "guest", "session", "key_hash")


def _under_way(invite: str) -> QuerySet[AccessLog]:
    ended = AccessLog.objects.filter(invite=invite, step=STEPS[State.CONFIRMED]).values("attempt")
    return AccessLog.objects.filter(invite=invite, state=State.SENT).exclude(attempt__in=ended)


_BEGUN = Question(lambda key_hash: AccessLog.objects.filter(key_hash=key_hash, step=1))
_STEPS = Question(lambda attempt: AccessLog.objects.filter(attempt=attempt))
_LATEST = Question(lambda session: AccessLog.objects.filter(session=session).order_by("-sequence")[:20])
_UNDER_WAY = Question(_under_way)


@dataclass(slots=True)
class Attempt:
    """One attempt at a door: its steps so far."""

    rows: list[AccessLog]

    @property
    def last(self) -> AccessLog:
        """The step that says how it stands: its end, or the last one before."""
        return max((row for row in self.rows if row.step <= STEPS[State.CONFIRMED]), key=lambda row: row.step)

    @property
    def id(self) -> str:
        return self.last.attempt

    @property
    def state(self) -> str:
        return self.last.state

    @property
    def reason(self) -> str:
        return self.last.reason

    @property
    def milliseconds(self) -> int | None:
        return self.last.milliseconds

    @property
    def is_over(self) -> bool:
        return self.state in AccessLog.ENDS

    @property
    def seen_open(self) -> bool | None:
        """True while the contact sees the door open; False when it said at once that nothing moved."""
        if self.contact == State.SEEN_SHUT:
            return None  # back to what the lock said
        return True if self.contact == State.SEEN_OPEN else self.last.seen_open

    @property
    def contact(self) -> str:
        """The last word of a contact that is followed: seen_open, seen_shut, or nothing yet."""
        seen = {row.state for row in self.rows}
        return next((state for state in (State.SEEN_SHUT, State.SEEN_OPEN) if state in seen), "")


def step(attempt: Attempt, state: str, **said: Any) -> bool:
    """Add a step. False when somebody else took it first; then the attempt holds what they wrote."""
    attempt.rows, is_mine = in_turn(attempt.last.building, lambda log: take(log, attempt, state, **said))
    return is_mine


def take(log: Turn, attempt: Attempt, state: str, **said: Any) -> tuple[list[AccessLog], bool]:
    """The attempt's rows with this step, and whether it was added here. The attempt itself stays as it is."""
    log.write()
    row = next_row(attempt.last, state, **said)
    taken = _STEPS.all(row.attempt)
    if any(one.step == STEPS[State(state)] for one in taken):
        return taken, False
    log.add(row)
    return [*attempt.rows, row], True


def next_row(
    before: AccessLog,
    state: str,
    *,
    reason: str = "",
    auth_type: str = "",
    seen_open: bool | None = None,
    milliseconds: int | None = None,
) -> AccessLog:
    """The row of an attempt's next step."""
    copied = {name: getattr(before, name) for name in _COPIED}
    return AccessLog(
        building=before.building,
        attempt=before.attempt,
        state=state,
        reason=reason,
        at=timezone.now(),
        seen_open=seen_open,
        milliseconds=milliseconds,
        **copied | ({"auth_type": auth_type} if auth_type else {}),
    )


# -- reading


def by_key_hash(key_hash: str, door: str | None = None) -> Attempt | None:
    first = _BEGUN.first(key_hash)
    return load(first.attempt) if first and door in (None, first.door) else None


def load(attempt: str) -> Attempt:
    return Attempt(_STEPS.all(attempt))


def last_of_session(session: str) -> Attempt | None:
    """The newest attempt of this visit."""
    rows = _LATEST.all(session)
    newest = next((row.attempt for row in rows if row.step == 1), None)
    return Attempt([row for row in rows if row.attempt == newest]) if newest else None


def settled(attempt: Attempt) -> Attempt:
    """The first try of a key may still be under way: its end answers the second too."""
    age = (timezone.now() - min(row.at for row in attempt.rows)).total_seconds()
    until = time.monotonic() + min(PATIENCE, PATIENCE - age)  # never more, whatever two machines' clocks say
    while not attempt.is_over and time.monotonic() < until:
        time.sleep(0.05)
        attempt = load(attempt.id)
    return attempt


def left_open(now: datetime, *, older_than: float) -> list[Attempt]:
    """Attempts without an end that began so many seconds ago: whoever made them is gone."""
    ended = AccessLog.objects.filter(step=STEPS[State.CONFIRMED]).values("attempt")
    begun = AccessLog.objects.filter(step=1, at__lt=now - timedelta(seconds=older_than)).exclude(attempt__in=ended)
    return [load(row.attempt) for row in begun]


def under_way(invite: str) -> int:
    """Openings by this invite that were sent and have no end yet. Call it within a turn, after `write`."""
    return len(_UNDER_WAY.all(invite))
