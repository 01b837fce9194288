"""Accesses out of the database, as the plain values that the rules decide by."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, Q, QuerySet

from . import curfew
from .models import Access, AccessDoor, Account, Building, Door, Invite, Resident
from .questions import Question
from .rules import Direction, Right
from .schedule import Schedule, ScheduleError

Ready = Access.Status.READY


def _accesses(door: str, resident: str) -> QuerySet[Access]:
    """And whether their user's account says less: then it is asked, which most openings are spared."""
    found = Access.objects.filter(status=Ready, invite=None, doors__door=door, users__resident=resident)
    plain = {"enabled": True, "valid_from": None, "valid_to": None}
    return found.annotate(is_narrowed=Exists(Account.objects.filter(resident=resident).exclude(**plain)))


# What a resident's accesses say of a door: the accesses, and their rows for it
_ACCESSES = Question(_accesses)
_ROWS = Question(
    lambda door, resident: AccessDoor.objects.filter(
        door=door, access__status=Ready, access__invite=None, access__users__resident=resident
    )
)
_ACCOUNT = Question(lambda resident: Account.objects.filter(resident=resident))
_DOORS = Question(lambda access: AccessDoor.objects.filter(access=access))


def of_resident(resident: Resident, door: Door) -> list[Right]:
    """What this resident's accesses say of this door."""
    asked = door.id, resident.id
    accesses = {access.id: access for access in _ACCESSES.all(*asked)}
    if not accesses:
        return []
    rows = [row for row in _ROWS.all(*asked) if row.access_id in accesses]
    is_narrowed = any(getattr(access, "is_narrowed", True) for access in accesses.values())
    account = _ACCOUNT.first(resident.id) if is_narrowed else None
    return [_narrowed(_right(accesses[row.access_id], [row], door.building, resident.id), account) for row in rows]


def _narrowed(right: Right, account: Account | None) -> Right:
    """A user who is switched off has no right to anything, and none outside their own window."""
    if account is None:
        return right
    begins = [at for at in (right.valid_from, account.valid_from) if at]
    ends = [at for at in (right.valid_to, account.valid_to) if at]
    return replace(
        right,
        standing="" if account.enabled else "wrong_role",
        valid_from=max(begins, default=None),
        valid_to=min(ends, default=None),
    )


def of_invite(invite: Invite, building: Building, *, under_way: int = 0) -> Right:
    """The invite's own access. `under_way`: openings by it that were sent and have no end yet."""
    rules = None if invite.curfew_exempt else house_rules(building)
    doors = _DOORS.all(invite.access_id)
    return _right(invite.access, doors, building, invite.id, standing=_standing(invite, under_way), rules=rules)


def house_rules(building: Building) -> curfew.HouseRules:
    """The building's own. They were checked when they were saved; what can't be read all the same opens nothing."""
    try:
        return curfew.read(
            building.time_zone, building.curfew_windows, building.allowed_weekdays, building.blackout_dates
        )
    except ScheduleError:
        return curfew.HouseRules("UTC", weekdays=frozenset())


def _standing(invite: Invite, under_way: int) -> str:
    if invite.revoked_at is not None:
        return "invite_revoked"
    if not invite.is_enabled:
        return "invite_disabled"
    if invite.access.status != Ready:
        return "invite_expired"
    if invite.max_uses is not None and invite.uses + under_way >= invite.max_uses:
        return "uses_exhausted"
    return ""


def _right(
    access: Access,
    doors: Iterable[AccessDoor],
    building: Building,
    holder: str,
    *,
    standing: str = "",
    rules: curfew.HouseRules | None = None,
) -> Right:
    return Right(
        holders=frozenset([holder]),
        doors={(row.door_id, direction): frozenset(types) for row in doors for direction, types in _auth_types(row)},
        standing=standing,
        valid_from=access.valid_from,
        valid_to=access.valid_to,
        schedule=schedule_of(access, building),
        house_rules=rules,
    )


def _auth_types(row: AccessDoor) -> tuple[tuple[Direction, list[str]], ...]:
    return ("in", row.in_auth_types), ("out", row.out_auth_types)


def schedule_of(access: Access, building: Building) -> Schedule | None:
    if not access.schedule and not access.exception:
        return None
    return Schedule(access.schedule, access.exception, building.time_zone)


def holding_open(doors: Iterable[Door], now: datetime) -> set[str]:
    """Those of these doors that some access holds open now."""
    rows = _holding(doors, now).select_related("access__building")
    return {row.door_id for row in rows if _holds(row.access, now)}


def _holding(doors: Iterable[Door], now: datetime) -> QuerySet[AccessDoor]:
    begun = Q(access__valid_from=None) | Q(access__valid_from__lte=now)
    going_on = Q(access__valid_to=None) | Q(access__valid_to__gt=now)
    return AccessDoor.objects.filter(begun, going_on, lock_unlock_enabled=True, access__status=Ready, door__in=doors)


def _holds(access: Access, now: datetime) -> bool:
    schedule = schedule_of(access, access.building)
    try:
        return schedule is None or schedule.holds(now)
    except ValueError:  # a schedule that cannot be read holds nothing open
        return False
