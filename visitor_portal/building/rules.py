"""Who may pass a door: pure. No database, no clock; everything that matters is an argument."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Right:
    """An access as plain values. Its window is half-open: valid_from <= t < valid_to."""

    users: frozenset[str]
    doors: Mapping[tuple[str, Direction], frozenset[str]]  # (door, direction) -> auth types, any one suffices
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    reason: str = ""


ALLOWED = Decision(True)


def decide(
    rights: Iterable[Right],
    *,
    user: str,
    door: str,
    direction: Direction,
    auth_type: str,
    now: datetime,
) -> Decision:
    """Allowed by any one right; else the reason of the right that came nearest."""
    reasons = [_refusal(right, user, (door, direction), auth_type, now) for right in rights]
    if None in reasons:
        return ALLOWED
    return Decision(False, min(filter(None, reasons), key=_FARTHEST.index, default=_FARTHEST[-1]))


# From nearly allowed to not meant at all.
_FARTHEST = ("invite_expired", "not_yet_valid", "auth_type_not_allowed", "wrong_role")


def _refusal(right: Right, user: str, place: tuple[str, Direction], auth_type: str, now: datetime) -> str | None:
    """The first failing reason, or None."""
    if user not in right.users or place not in right.doors:
        return "wrong_role"
    if auth_type not in right.doors[place]:
        return "auth_type_not_allowed"
    if right.valid_from is not None and now < right.valid_from:
        return "not_yet_valid"
    if right.valid_to is not None and now >= right.valid_to:
        return "invite_expired"
    return None
