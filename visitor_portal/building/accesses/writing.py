"""Plans become rows, and each gets its receipt: all of a call in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from visitor_portal.building.models import (
    Access,
    AccessDoor,
    AccessUser,
    BizOperation,
    Building,
    GivenAccess,
    Invite,
)

from . import errors, guests
from .bodies import TEMPORARY
from .checking import DoorPlan, Plan
from .wire import uuid_of

Kind = BizOperation.Kind
Receipts = list[BizOperation]
Status = Access.Status
_NOT_FROM_HERE = "It belongs to an invite that was made at the desk: change it there."


def receipts(building: Building, kind: Kind, subjects: Mapping[str, str], *, now: datetime) -> Receipts:
    """One for each thing that is written; `subjects` are their ids, with the digest of what was asked for."""
    return BizOperation.objects.bulk_create(
        BizOperation(building=building, kind=kind, subject=id_, digest=digest, created_at=now, updated_at=now)
        for id_, digest in subjects.items()
    )


# -- create


@transaction.atomic
def create(building: Building, plans: Sequence[Plan], *, now: datetime) -> Receipts:
    """The same content under the same UUID again gives the receipt of then."""
    before = _receipts_of_before(building, plans)
    new = [plan for plan in plans if plan.id not in before]
    Access.objects.bulk_create(Access(id=plan.id, building=building, **_fields(plan)) for plan in new)
    GivenAccess.objects.bulk_create(GivenAccess(access_id=plan.id, **_given(plan, now)) for plan in new)
    AccessDoor.objects.bulk_create(_row(plan, door) for plan in new for door in plan.doors)
    AccessUser.objects.bulk_create(
        AccessUser(access_id=plan.id, resident=resident) for plan in new for resident in plan.residents
    )
    for plan in new:
        if plan.body.guests or plan.body.welcome_email_required:
            guests.bring(plan, now=now)
    made = receipts(building, Kind.CREATE_ACCESS, {plan.id: plan.body.digest for plan in new}, now=now)
    by_id = before | {receipt.subject: receipt for receipt in made}
    return [by_id[plan.id] for plan in plans]


def _receipts_of_before(building: Building, plans: Sequence[Plan]) -> dict[str, BizOperation]:
    """Of those that are here already. Raises a Fault where a UUID names something else."""
    named = {plan.id: plan for plan in plans if plan.body.uuid}
    there = Access.objects.in_bulk(named)
    made = BizOperation.objects.filter(building=building, kind=Kind.CREATE_ACCESS, subject__in=there)
    found = {receipt.subject: receipt for receipt in made}
    for id_, access in there.items():
        receipt, body = found.get(id_), named[id_].body
        if access.status == Status.DELETED or receipt is None or receipt.digest != body.digest:
            raise errors.taken(f"{body.where}uuid", body.uuid)
    return found


def _fields(plan: Plan) -> dict[str, Any]:
    body = plan.body
    return {
        "name": body.name,
        "description": body.description,
        "kind": Access.Kind.TEMPORARY if body.kind == TEMPORARY else Access.Kind.PERMANENT,
        "status": Status.INITIAL,
        "valid_from": body.valid_from,
        "valid_to": body.valid_to,
        "schedule": plan.texts[0],
        "exception": plan.texts[1],
    }


def _given(plan: Plan, now: datetime) -> dict[str, Any]:
    spelling = {row.door.id: {"in": row.ways_in, "out": row.ways_out} for row in plan.doors}
    return {
        "preferences": plan.body.preferences,
        "spelling": spelling,
        "schedule": plan.schedule,
        "updated_at": now,
    }


def _row(plan: Plan, row: DoorPlan) -> AccessDoor:
    return AccessDoor(access_id=plan.id, door=row.door, **_terms(row))


def _terms(row: DoorPlan) -> dict[str, Any]:
    return {
        "in_auth_types": list(row.ways_in),
        "out_auth_types": list(row.ways_out),
        "lock_unlock_enabled": row.lock_unlock_enabled,
    }


# -- update: each body in place of the whole access, at once


@transaction.atomic
def update(building: Building, plans: Sequence[Plan], *, now: datetime) -> Receipts:
    there = live(building).in_bulk([plan.id for plan in plans])
    for plan in plans:
        _check_is_from_here(plan, there.get(plan.id))
    for plan in plans:
        _replace(there[plan.id], plan, now)
    return receipts(building, Kind.UPDATE_ACCESS, {plan.id: plan.body.digest for plan in plans}, now=now)


def _check_is_from_here(plan: Plan, access: Access | None) -> None:
    field = f"{plan.body.where}uuid"
    if not plan.body.uuid:
        raise errors.invalid(field, "Name the access that this is to replace.")
    if access is None:
        raise errors.not_found(field, plan.body.uuid)
    if Invite.objects.filter(access=access, guest_of=None).exists():
        raise errors.invalid(field, _NOT_FROM_HERE)


def _replace(access: Access, plan: Plan, now: datetime) -> None:
    Access.objects.filter(id=plan.id).update(**_fields(plan) | {"status": access.status})
    GivenAccess.objects.update_or_create(access=access, defaults=_given(plan, now))
    access.doors.exclude(door__in=[row.door for row in plan.doors]).delete()
    for row in plan.doors:  # a door that stays keeps its grant's id: open pages name it
        AccessDoor.objects.update_or_create(access=access, door=row.door, defaults=_terms(row))
    access.users.exclude(resident__in=plan.residents).delete()
    AccessUser.objects.bulk_create(
        [AccessUser(access=access, resident=resident) for resident in plan.residents], ignore_conflicts=True
    )
    guests.bring(plan, now=now)


# -- delete


@transaction.atomic
def delete(building: Building, ids: Sequence[str], *, now: datetime) -> Receipts:
    """At once: whoever is in the middle of opening is refused. The rows stay a while, for the log's sake."""
    there = live(building).in_bulk(ids)
    for number, id_ in enumerate(ids):
        if id_ not in there:
            raise errors.not_found(f"uuids[{number}]", uuid_of(id_))
    over = Q(id__in=ids) | Q(invite__guest_of__access__in=ids)
    Invite.objects.filter(Q(access__in=ids) | Q(guest_of__access__in=ids), revoked_at=None).update(revoked_at=now)
    for access in Access.objects.filter(over):
        valid_to = min(access.valid_to or now, now)  # from then on it is counted how long it is kept
        Access.objects.filter(id=access.id).update(status=Status.DELETED, valid_to=valid_to)
    return receipts(building, Kind.DELETE_ACCESS, dict.fromkeys(ids, ""), now=now)


def own(building: Building) -> QuerySet[Access]:
    """The accesses of a building, without the copies that several guests have."""
    no_copy = Q(invite=None) | Q(invite__guest_of=None) | Q(invite__guest_of__access=F("id"))
    return Access.objects.filter(no_copy, building=building)


def live(building: Building) -> QuerySet[Access]:
    """Without those that are over, too."""
    return own(building).exclude(status=Status.DELETED)
