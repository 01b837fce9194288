"""SchedulesService: schedules with a name, and accesses that are given one."""

from typing import Any
from uuid import uuid4

import pytest
from grpc import StatusCode

from tests.building.accesses.line import Line, refused, row
from tests.building.accesses.test_accesses import WORKDAYS
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.models import Building, NamedSchedule

CREATE = "/entryfy.org.api.v1.AccessesService/CreateAccesses"
BAD = StatusCode.INVALID_ARGUMENT


def schedule(**fields: Any) -> Any:
    return pb.Schedule(**{"uuid": str(uuid4()), "name": "Workdays", "schedule_definition": WORKDAYS} | fields)


def create(line: Line, *schedules: Any) -> list[Any]:
    request = pb.CreateSchedulesRequest(organization_slug=line.slug, schedules=schedules)
    return line.done(line.say(line.schedules.CreateSchedules, request).biz_operations)


def get(line: Line, *uuids: str) -> list[Any]:
    request = pb.GetSchedulesRequest(organization_slug=line.slug, uuids=uuids)
    return list(line.say(line.schedules.GetSchedules, request).schedules)


def create_access(line: Line, lobby: str, **fields: Any) -> str:
    """In the documented layout, which has a word for schedules."""
    given = pb.AccessBodyDocumented(
        uuid=str(uuid4()), name="Cleaners", kind=1, doors=[pb.AccessDoor(door_uuid=lobby)]
    )
    given.schedule.CopyFrom(pb.Schedule(**fields))
    request = pb.CreateAccessesDocumentedRequest(organization_slug=line.slug, access_bodies=[given])
    data = line.channel.unary_unary(CREATE)(request.SerializeToString(), metadata=line.metadata, timeout=5)
    line.done(pb.CreateAccessesResponse.FromString(data).biz_operations)
    return str(given.uuid)


def test_a_schedule_is_told_as_it_was_given(line):
    given = schedule(description="Office", slug="work", exception_definition=WORKDAYS, preferences={"a": "b"})
    (operation,) = create(line, given)
    assert operation.status == pb.BizOperation.STATUS_FINISHED
    (found,) = get(line, given.uuid)
    for name in ("uuid", "name", "description", "slug", "schedule_definition", "exception_definition", "preferences"):
        assert getattr(found, name) == getattr(given, name)
    assert (found.status, found.default) == (pb.Schedule.STATUS_READY, False)


def test_everybody_has_the_one_that_always_holds(line, lobby):
    (always,) = get(line)
    assert (always.name, always.default, always.schedule_definition) == ("Always", True, "")
    uuid = create_access(line, lobby, uuid=always.uuid)
    assert (row(uuid).schedule, line.get(uuid)[0].HasField("schedule")) == ("", False)


def test_an_access_takes_a_schedule_by_its_uuid(line, lobby):
    given = schedule()
    create(line, given)
    uuid = create_access(line, lobby, uuid=given.uuid)
    assert row(uuid).schedule == WORKDAYS
    told = line.get(uuid)[0].schedule
    assert (told.uuid, told.name, told.schedule_definition) == (given.uuid, "Workdays", WORKDAYS)


def test_an_access_takes_a_schedule_as_text(line, lobby):
    uuid = create_access(line, lobby, schedule_definition=WORKDAYS)
    assert row(uuid).schedule == line.get(uuid)[0].schedule.schedule_definition == WORKDAYS


def test_an_unknown_schedule_is_not_found(line, lobby):
    with refused(StatusCode.NOT_FOUND, "access_bodies[0].schedule.uuid"):
        create_access(line, lobby, uuid=str(uuid4()))
    with refused(BAD, "access_bodies[0].schedule.schedule_definition"):
        create_access(line, lobby, schedule_definition="on Mondays")


def test_the_same_again_answers_the_same_operation(line):
    given = schedule()
    assert [operation.uuid for operation in create(line, given)] == [
        operation.uuid for operation in create(line, given)
    ]
    given.name = "Weekends"
    with refused(StatusCode.ALREADY_EXISTS, "schedules[0].uuid"):
        create(line, given)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "schedules[1].name"),
        ({"slug": "s" * 81}, "schedules[1].slug"),
        ({"uuid": "x"}, "schedules[1].uuid"),
        ({"schedule_definition": "x"}, "schedules[1].schedule_definition"),
        ({"exception_definition": "x"}, "schedules[1].exception_definition"),
    ],
)
def test_a_broken_rule_names_its_field_and_nothing_is_kept(line, fields, said):
    with refused(BAD, said):
        create(line, schedule(), schedule(**fields))
    assert not NamedSchedule.objects.exists()


def test_schedules_of_another_building_are_nobodys(line, lobby):
    theirs = NamedSchedule.objects.create(building=Building.objects.create(name={"en": "Tower"}), name="Theirs")
    assert [found.name for found in get(line)] == ["Always"]
    assert theirs.building.organization.slug == "tower"
