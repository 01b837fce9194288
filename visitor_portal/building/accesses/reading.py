"""Accesses as they go out: in the layout of the entity, which both the documentation and the published files have."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from visitor_portal.building.models import Access, AccessDoor, AccessUser, Building, GivenAccess, NamedSchedule

from . import writing
from .generated import entryfy_org_v1_pb2 as pb
from .wire import spelt, timestamp, uuid_for, uuid_of

AT_ONCE = 500  # accesses in memory
_KINDS = {Access.Kind.PERMANENT: pb.Access.KIND_PERMANENT, Access.Kind.TEMPORARY: pb.Access.KIND_TEMPORARY}
_STATUSES = {
    Access.Status.INITIAL: pb.Access.STATUS_INITIAL,
    Access.Status.CREATING: pb.Access.STATUS_CREATING,
    Access.Status.READY: pb.Access.STATUS_READY,
    Access.Status.DELETED: pb.Access.STATUS_DELETED,
}


def pieces(building: Building, ids: Sequence[str]) -> Iterator[bytes]:
    """A GetAccessesResponse in parts: strung together, the bytes of messages are the bytes of one."""
    last = ""
    wanted = _wanted(building, ids)
    while found := list(wanted.filter(id__gt=last).order_by("id")[:AT_ONCE]):
        yield pb.GetAccessesResponse(accesses=map(message, found)).SerializeToString()
        last = found[-1].id


def _wanted(building: Building, ids: Sequence[str]) -> QuerySet[Access]:
    """All that are live; those that are over too, when they are named."""
    accesses = writing.own(building).filter(id__in=ids) if ids else writing.live(building)
    return accesses.select_related("given__schedule").prefetch_related("doors", "users")


def message(access: Access) -> Any:
    given = getattr(access, "given", None)
    updated_at = given.updated_at if given else access.created_at
    return pb.Access(
        uuid=uuid_of(access.id),
        name=access.name,
        kind=_KINDS[Access.Kind(access.kind)],
        status=_STATUSES[Access.Status(access.status)],
        preferences=given.preferences if given else {},
        valid_from=timestamp(access.valid_from),
        valid_to=timestamp(access.valid_to),
        created_at=timestamp(access.created_at),
        updated_at=timestamp(updated_at),
        schedule=_schedule(access, given.schedule if given else None),
        doors=[_door(access, row, given) for row in sorted(access.doors.all(), key=lambda row: row.pk)],
        users=[_user(access, row) for row in sorted(access.users.all(), key=lambda row: row.pk)],
        description=access.description,
    )


def _schedule(access: Access, kept: NamedSchedule | None) -> Any:
    if not access.schedule and not access.exception:
        return None
    return pb.Schedule(
        uuid=uuid_of(kept.id) if kept else uuid_for("schedule", access.id),
        name=kept.name if kept else access.name,
        schedule_definition=access.schedule,
        exception_definition=access.exception,
        status=pb.Schedule.STATUS_READY,
    )


def _door(access: Access, row: AccessDoor, given: GivenAccess | None) -> Any:
    spelling = given.spelling.get(row.door_id, {}) if given else {}
    return pb.AccessDoor(
        uuid=uuid_of(row.grant_id),
        access_uuid=uuid_of(access.id),
        door_uuid=uuid_of(row.door_id),
        lock_unlock_enabled=row.lock_unlock_enabled,
        in_auth_types=_as_given(row.in_auth_types, spelling.get("in", {})),
        out_auth_types=_as_given(row.out_auth_types, spelling.get("out", {})),
        created_at=timestamp(access.created_at),
    )


def _as_given(types: Sequence[str], spelling: dict[str, str]) -> list[str]:
    """Spelt as the client did; what the desk has added since, as the API does."""
    return [spelling.get(name) or spelt(name) for name in types]


def _user(access: Access, row: AccessUser) -> Any:
    return pb.AccessUser(
        uuid=uuid_for("user", access.id, row.resident_id),
        access_uuid=uuid_of(access.id),
        user_uuid=uuid_of(row.resident_id),
        created_at=timestamp(access.created_at),
    )
