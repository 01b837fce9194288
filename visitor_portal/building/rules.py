"""Who may pass a door: pure and total. No database, no clock; everything that matters is an argument."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .curfew import HouseRules
from .schedule import Schedule, ScheduleError

Direction = Literal["in", "out"]

REMOTE, REMOTE_PIN = "REMOTE", "REMOTE_PLUS_PHONE"
SCAN, SCAN_PIN = "SCAN", "SCAN_PLUS_PHONE"


@dataclass(frozen=True, slots=True)
class Right:
    """An access as plain values. Its window is half-open: valid_from <= t < valid_to."""

    holders: frozenset[str]  # ids of residents, or of the one invite
    doors: Mapping[tuple[str, Direction], frozenset[str]]  # (door, direction) -> auth types, any one suffices
    standing: str = ""  # why the whole right does not count, as invite_revoked; empty when it does
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    schedule: Schedule | None = None
    house_rules: HouseRules | None = None  # None: exempt


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants through which door, and what was proved on the way."""

    holder: str
    door: str
    direction: Direction
    has_pin: bool = False
    has_scan: bool = False  # of this very door's sticker, a moment ago

    @property
    def means(self) -> tuple[str, ...]:
        """The auth types that a web page can satisfy now, the strongest first."""
        both = (SCAN_PIN,) if self.has_scan and self.has_pin else ()
        return both + ((SCAN,) if self.has_scan else ()) + ((REMOTE_PIN,) if self.has_pin else ()) + (REMOTE,)


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    reason: str = ""  # machine code of the first thing that failed
    auth_type: str = ""  # the means that counted


def decide(rights: Iterable[Right], asked: Asked, *, now: datetime, is_held_closed: bool = False) -> Decision:
    """Allowed by any one right; else the first failing reason of the right that came farthest."""
    farthest, best = -1, Decision(False, "wrong_role")
    for right in rights:
        steps, decision = _follow(right, asked, now)
        if decision.allowed:
            return Decision(False, "held_closed") if is_held_closed else decision
        if steps > farthest:
            farthest, best = steps, decision
    return best


def _follow(right: Right, asked: Asked, now: datetime) -> tuple[int, Decision]:
    """How many checks this right passed, in their order, and what it comes to."""
    place = (asked.door, asked.direction)
    types = right.doors.get(place, frozenset())
    checks: tuple[Callable[[], str], ...] = (
        lambda: "" if asked.holder in right.holders and place in right.doors else "wrong_role",
        lambda: right.standing,
        lambda: _window(right, now),
        lambda: _calendar(right, now),
        lambda: _means(types, asked),
    )
    for steps, check in enumerate(checks):
        if reason := check():
            return steps, Decision(False, reason)
    return len(checks), Decision(True, auth_type=next(means for means in asked.means if means in types))


def _window(right: Right, now: datetime) -> str:
    if right.valid_from is not None and now < right.valid_from:
        return "not_yet_valid"
    return "invite_expired" if right.valid_to is not None and now >= right.valid_to else ""


def _calendar(right: Right, now: datetime) -> str:
    if right.house_rules and (reason := right.house_rules.refusal(now)):
        return reason
    try:
        holds = right.schedule is None or right.schedule.holds(now)
    except ScheduleError:  # it was checked when it was saved; whatever slipped in since then opens nothing
        holds = False
    return "" if holds else "outside_schedule"


def _means(types: frozenset[str], asked: Asked) -> str:
    """What is still missing, the least of it first; empty when nothing is."""
    if any(means in types for means in asked.means):
        return ""
    if REMOTE_PIN in types:
        return "pin_required"
    if SCAN in types or (SCAN_PIN in types and not asked.has_scan):
        return "scan_required"
    return "pin_required" if SCAN_PIN in types else "auth_type_not_allowed"
