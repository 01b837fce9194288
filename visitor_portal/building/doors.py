"""The one way a door opens: decide, write it down, ask the driver, write down what it said."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from visitor_portal.public_access.wire import Opening

from .drivers import DRIVERS, Outcome, driver_of
from .models import Access, AccessLog, Door, Light, Portal, Resident, Session
from .models.ids import hashed
from .refusals import Refusal
from .rules import Decision, Direction, Right, decide

PATIENCE = 8.0  # seconds that the second request of one key waits for the first one's end


@dataclass(frozen=True, slots=True)
class Terms:
    """Who asks for a door, where, and by which means."""

    resident: Resident
    portal: Portal
    auth_type: str = "REMOTE"
    session: Session | None = None
    key: str | None = None  # the caller's idempotency key


def open_door(door: Door, terms: Terms, *, now: datetime) -> AccessLog:
    """One attempt, one row. Raises Refusal when it was not opened, or when nobody can tell."""
    row, is_new = _requested(door, terms, now)
    if not is_new:
        return told(_settled(row))
    decision = may_open(door, terms, now)
    if not decision.allowed:
        return told(_close(row, Outcome("refused"), decision.reason))
    if not _claim_interval(door, now):
        return told(_close(row, Outcome("refused"), "provider_open_rate_limited"))
    _write(row, state=AccessLog.State.SENT)
    started = time.monotonic()
    outcome = _ask(door, now)
    return told(_close(row, outcome, milliseconds=round((time.monotonic() - started) * 1000)))


def _requested(door: Door, terms: Terms, now: datetime) -> tuple[AccessLog, bool]:
    """The row of this attempt, committed; or the row that this key made before."""
    key_hash = hashed(terms.key) if terms.key else None
    row = AccessLog(
        at=now,
        door=door,
        portal=terms.portal,
        direction=terms.portal.direction,
        auth_type=terms.auth_type,
        resident=terms.resident,
        session=terms.session,
        key_hash=key_hash,
    )
    try:
        # Durable: inside somebody's transaction the row could vanish after the door has moved.
        with transaction.atomic(durable=True):
            row.save(force_insert=True)
    except IntegrityError:
        if key_hash is None:
            raise
        return AccessLog.objects.get(key_hash=key_hash, door=door), False
    return row, True


def may_open(door: Door, terms: Terms, now: datetime) -> Decision:
    if not door.connected:
        return Decision(False, "door_not_connected")
    return decide(
        _rights(door, terms.resident),
        user=terms.resident.id,
        door=door.id,
        direction=cast(Direction, terms.portal.direction),
        auth_type=terms.auth_type,
        now=now,
    )


def _rights(door: Door, resident: Resident) -> list[Right]:
    accesses = Access.objects.filter(doors__door=door, users__resident=resident).prefetch_related("doors")
    return [
        Right(
            users=frozenset([resident.id]),
            doors={
                (row.door_id, direction): frozenset(types)
                for row in access.doors.all()
                for direction, types in _auth_types(row.in_auth_types, row.out_auth_types)
            },
            valid_from=access.valid_from,
            valid_to=access.valid_to,
        )
        for access in accesses
    ]


def _auth_types(going_in: list[str], going_out: list[str]) -> list[tuple[Direction, list[str]]]:
    return [("in", going_in), ("out", going_out)]


def _claim_interval(door: Door, now: datetime) -> bool:
    """Take this door's next slot. Of two at once the database lets one through."""
    free = Q(next_open_at=None) | Q(next_open_at__lte=now)
    next_open_at = now + timedelta(milliseconds=door.min_interval_ms)
    return bool(Door.objects.filter(free, id=door.id).update(next_open_at=next_open_at))


def first_try(key: str) -> AccessLog | None:
    """What this key did before, at its end. Nothing is sent."""
    row = AccessLog.objects.select_related("door").filter(key_hash=hashed(key)).first()
    return _settled(row) if row else None


def _settled(row: AccessLog) -> AccessLog:
    """The first try of a key may still be under way: its end answers the second too."""
    until = time.monotonic() + PATIENCE
    while row.closed_at is None and time.monotonic() < until:
        time.sleep(0.05)
        row.refresh_from_db()
    return row


def _ask(door: Door, now: datetime) -> Outcome:
    if door.driver not in DRIVERS:
        return Outcome("refused")  # nothing was there to be asked
    try:
        return driver_of(door).open(door, now)
    except Exception:  # noqa: BLE001 whatever a driver throws, the pulse may have gone out
        return Outcome("unknown")


def reachable(door: Door) -> bool:
    """Whether this door would answer now. A driver that breaks is a door out of reach."""
    try:
        return driver_of(door).reachable(door)
    except Exception:  # noqa: BLE001 as above
        return False


def open_until(door: Door, now: datetime) -> datetime | None:
    """When this door shuts again; None when it is shut, or nobody can tell."""
    try:
        return driver_of(door).open_until(door, now)
    except Exception:  # noqa: BLE001 as above
        return None


def _close(row: AccessLog, outcome: Outcome, reason: str = "", *, milliseconds: int | None = None) -> AccessLog:
    return _write(
        row,
        state=outcome.state,
        reason=reason or ("" if outcome.state == "confirmed" else "door_unreachable"),
        seen_open=outcome.seen_open,
        milliseconds=milliseconds,
        closed_at=timezone.now(),
    )


def _write(row: AccessLog, **fields: object) -> AccessLog:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    return row


def opening_of(row: AccessLog) -> Opening:
    """The contract's `opening` member."""
    return Opening(row.state, row.seen_open, row.milliseconds, row.reason or None)


def told(row: AccessLog) -> AccessLog:
    """The row of a door that opened; a Refusal for any other end, first try and replay alike."""
    if row.state == AccessLog.State.CONFIRMED:
        return row
    retry_after = _seconds_until_next(row.door) if row.reason == "provider_open_rate_limited" else None
    raise Refusal(
        row.reason or "door_unreachable",
        retry_after=retry_after,
        extra={"opening": opening_of(row).to_json()},
    )


def _seconds_until_next(door: Door) -> int:
    return max(1, -(-door.min_interval_ms // 1000))


def set_lights(door: Door, *, now: datetime) -> dict[str, int]:
    """Turn this door's lights on; seconds until each goes off again."""
    lights = list(door.lights.all())
    for light in lights:
        Light.objects.filter(id=light.id).update(on_until=now + timedelta(seconds=light.auto_off_seconds))
    return {light.id: light.auto_off_seconds for light in lights}
