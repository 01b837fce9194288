"""What doors did, out of the access log: there stands what a lock confirmed and what a contact saw."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from visitor_portal.building.models import AccessLog, Building, Door, LogHead

from .generated.entryfy_org_v2_pb2 import DoorStatus
from .wire import uuid_for, uuid_of

State = AccessLog.State
MOST = 500  # rows looked at in one go
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """One status of one door."""

    uuid: str
    door: str
    status: int
    at: datetime


def end_of_log(building: Building) -> int:
    return LogHead.objects.filter(building=building.id).values_list("sequence", flat=True).first() or 0


def rows_since(building: Building, sequence: int) -> list[AccessLog]:
    rows = AccessLog.objects.filter(building=building.id, sequence__gt=sequence)
    return list(rows.order_by("sequence")[:MOST])


def now(building: Building, doors: Collection[str]) -> list[Said]:
    """How these doors stand, as far as that is known. The time is when the log last heard of the door."""
    newest = AccessLog.objects.filter(building=building.id).order_by("sequence")
    heard = {row.door: row.at for row in reversed(newest.reverse()[:MOST])}
    return [
        Said(uuid_for("status", door.id, status), door.id, status, heard.get(door.id, LONG_AGO))
        for door in building.doors.filter(id__in=doors)
        for status in _known(door)
    ]


def _known(door: Door) -> Iterator[int]:
    if door.is_seen_open is not None:
        yield DoorStatus.STATUS_OPEN if door.is_seen_open else DoorStatus.STATUS_CLOSED
    if door.is_held_open:
        yield DoorStatus.STATUS_UNLOCKED


def in_rows(rows: Collection[AccessLog], doors: Collection[str]) -> list[Said]:
    """The statuses in these rows of the log."""
    told = ((row, _said(row)) for row in rows if row.door in doors)
    return [Said(uuid_of(row.id), row.door, status, row.at) for row, status in told if status is not None]


def _said(row: AccessLog) -> int | None:
    """What this step says of its door; None when it says nothing."""
    if row.state in (State.SEEN_OPEN, State.SEEN_SHUT):
        return int(DoorStatus.STATUS_OPEN if row.state == State.SEEN_OPEN else DoorStatus.STATUS_CLOSED)
    if row.state != State.CONFIRMED:
        return None
    if row.auth_type == "RELEASE":
        return int(DoorStatus.STATUS_LOCKED)
    if row.auth_type == "HOLD" or row.reason == "held_open":
        return int(DoorStatus.STATUS_UNLOCKED)
    return int(DoorStatus.STATUS_OPEN if row.seen_open else DoorStatus.STATUS_ACCESSED)
