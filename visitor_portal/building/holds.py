"""Doors that are held open or closed: by a manager's hand, or open by an access that says so."""

from collections.abc import Collection
from datetime import datetime

from visitor_portal.public_access.wire import Hold

from . import rights
from .models import Door


def mode_of(door: Door, now: datetime) -> str:
    """How the door is meant to be held now. The manager's word goes before any schedule."""
    if _is_by_hand(door, now):
        return door.hold
    return Door.Hold.OPEN if rights.holding_open([door], now) else Door.Hold.NORMAL


def is_closed(door: Door, now: datetime) -> bool:
    """Only a manager holds a door closed; no schedule does."""
    return door.hold == Door.Hold.CLOSED and _is_by_hand(door, now)


def _is_by_hand(door: Door, now: datetime) -> bool:
    return door.hold != Door.Hold.NORMAL and (door.hold_until is None or now < door.hold_until)


def shown(door: Door, now: datetime) -> Hold | None:
    """What visitors are told: held closed as soon as it is meant so, held open once the lock confirmed it."""
    if not door.is_held_open and not _is_by_hand(door, now):
        return None  # whatever a schedule says, which costs more to ask
    mode = mode_of(door, now)
    if mode == Door.Hold.NORMAL or (mode == Door.Hold.OPEN and not door.is_held_open):
        return None
    return Hold(mode, door.hold_reason or None if _is_by_hand(door, now) else None)


def to_move(doors: Collection[Door], now: datetime) -> list[tuple[Door, bool]]:
    """The doors whose lock must be told, and what: to hold open or to let go.

    A hold whose answer got lost is not sent again: the lock may hold. Letting go is.
    """
    scheduled = rights.holding_open(doors, now)
    moves = []
    for door in doors:
        mode = door.hold if _is_by_hand(door, now) else ""
        wanted = mode == Door.Hold.OPEN or (not mode and door.id in scheduled)
        if (wanted and door.is_held_open is False) or (not wanted and door.is_held_open is not False):
            moves.append((door, wanted))
    return moves
