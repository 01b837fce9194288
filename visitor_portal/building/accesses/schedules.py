"""SchedulesService: schedules with a name, which accesses may be given in place of text."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from visitor_portal.building import schedule
from visitor_portal.building.models import BizOperation, Building, NamedSchedule, new_id
from visitor_portal.building.models.ids import hashed
from visitor_portal.building.schedule import ScheduleError

from . import errors, operations, writing
from .calls import Call
from .checking import LONGEST_NAME
from .generated import entryfy_org_v1_pb2 as pb
from .generated import entryfy_org_v1_pb2_grpc as pb_grpc
from .layouts import MOST_BODIES
from .wire import id_in, ids_in, timestamp, uuid_for, uuid_of

CREATE = BizOperation.Kind.CREATE_SCHEDULE
LONGEST_SLUG = 80


class Schedules(pb_grpc.SchedulesServiceServicer):
    def GetSchedules(self, request: Any, call: Call) -> Any:
        building = call.building(request.organization_slug)
        kept = NamedSchedule.objects.filter(building=building).order_by("created_at", "id")
        found = [_always(building), *map(_message, kept)]
        wanted = set(map(uuid_of, ids_in("uuids", request.uuids)))
        return pb.GetSchedulesResponse(schedules=[one for one in found if not wanted or one.uuid in wanted])

    def CreateSchedules(self, request: Any, call: Call) -> Any:
        building, now = call.building(request.organization_slug), timezone.now()
        if len(request.schedules) > MOST_BODIES:
            raise errors.invalid("schedules", f"At most {MOST_BODIES} in one call.")
        new = [_row(building, f"schedules[{n}].", one, now) for n, one in enumerate(request.schedules)]
        made = _create(building, new, now)
        return pb.CreateSchedulesResponse(biz_operations=operations.handed_out(made, call))


def _row(building: Building, where: str, given: Any, now: datetime) -> NamedSchedule:
    """Raises a Fault for what can't be kept. Its status is the server's own, and left aside."""
    if not given.name.strip() or len(given.name) > LONGEST_NAME:
        raise errors.invalid(f"{where}name", f"Give it a name of at most {LONGEST_NAME} characters.")
    if len(given.slug) > LONGEST_SLUG:
        raise errors.invalid(f"{where}slug", f"At most {LONGEST_SLUG} characters.")
    for name in ("schedule_definition", "exception_definition"):
        _check_text(f"{where}{name}", getattr(given, name))
    return NamedSchedule(
        id=id_in(f"{where}uuid", given.uuid) if given.uuid else new_id(),
        building=building,
        name=given.name,
        description=given.description,
        slug=given.slug,
        definition=given.schedule_definition,
        exception=given.exception_definition,
        preferences=dict(given.preferences),
        created_at=now,
        updated_at=now,
    )


def _check_text(field: str, text: str) -> None:
    try:
        schedule.check(text)
    except ScheduleError as error:
        raise errors.invalid(field, str(error)) from error


@transaction.atomic
def _create(building: Building, new: list[NamedSchedule], now: datetime) -> list[BizOperation]:
    """The same under the same UUID again gives the receipt of then."""
    digests = {one.id: _digest(one) for one in new}
    if len(digests) < len(new):
        raise errors.invalid("schedules", "A UUID is named twice.")
    made = BizOperation.objects.filter(building=building, kind=CREATE, subject__in=digests)
    before = {receipt.subject: receipt for receipt in made}
    there = NamedSchedule.objects.in_bulk(digests)
    for number, id_ in enumerate(digests):
        if id_ in there and (id_ not in before or before[id_].digest != digests[id_]):
            raise errors.taken(f"schedules[{number}].uuid", uuid_of(id_))
    NamedSchedule.objects.bulk_create(one for one in new if one.id not in there)
    fresh = {id_: digest for id_, digest in digests.items() if id_ not in there}
    receipts = writing.receipts(building, CREATE, fresh, now=now)
    by_id = before | {receipt.subject: receipt for receipt in receipts}
    return [by_id[one.id] for one in new]


def _digest(one: NamedSchedule) -> str:
    said = (one.name, one.description, one.slug, one.definition, one.exception, sorted(one.preferences.items()))
    return hashed(repr(said))


def _message(one: NamedSchedule) -> Any:
    return pb.Schedule(
        uuid=uuid_of(one.id),
        name=one.name,
        description=one.description,
        slug=one.slug,
        schedule_definition=one.definition,
        exception_definition=one.exception,
        status=pb.Schedule.STATUS_READY,
        created_at=timestamp(one.created_at),
        updated_at=timestamp(one.updated_at),
        preferences=one.preferences,
    )


def _always(building: Building) -> Any:
    """The one that everybody has: an access without a schedule holds at all hours."""
    return pb.Schedule(
        uuid=uuid_for("always", building.id),
        default=True,
        name="Always",
        slug="always",
        status=pb.Schedule.STATUS_READY,
    )
