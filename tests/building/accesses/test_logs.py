"""The access log over gRPC: how attempts ended, and no more than the building itself knows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.doors import listening, remote_open
from tests.building.accesses.line import Line, at, refused
from tests.building.conftest import taken
from tests.conftest import Person
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2_grpc as services
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import Building, Door, Opener

Log = pb.AccessLog


def logs(line: Line, *users: str, **fields: Any) -> list[Any]:
    times = {name: at(value) for name, value in fields.items()}
    request = pb.GetAccessLogsRequest(organization_slug=line.slug, user_uuids=users, **times)
    return list(line.say(services.AccessLogsServiceStub(line.channel).GetAccessLogs, request).access_logs)


def watched(line: Line, *users: str) -> Any:
    request = pb.WatchAccessLogsRequest(organization_slug=line.slug, user_uuids=users)
    return listening(line, services.AccessLogsServiceStub(line.channel).WatchAccessLogs, request)


@pytest.mark.parametrize(
    ("states", "description"),
    [
        (("sent", "confirmed"), Log.ACCESS_DESCRIPTION_ACCESS_GRANTED),
        (("refused",), Log.ACCESS_DESCRIPTION_ACCESS_DENIED),
        (("sent", "unknown"), Log.ACCESS_DESCRIPTION_UNSPECIFIED),
    ],
)
def test_an_end_is_told_as_it_was(line: Line, door: Door, alice: Person, states, description):
    taken(door, *states, resident=alice.resident.id, direction="in", auth_type="REMOTE_PLUS_PHONE")
    [entry] = logs(line)
    assert (entry.access_description, entry.direction) == (description, Log.DIRECTION_IN)
    assert (entry.door_uuid, entry.site_uuid) == (uuid_of(door.id), uuid_of(door.building_id))
    assert (entry.user_uuid, entry.user_name) == (uuid_of(alice.resident.id), "Alice")
    assert entry.auth_type == Log.AUTH_TYPE_REMOTE_PLUS_PHONE


def test_a_refusal_has_its_reason(line: Line, lobby: str):
    Opener.objects.update(settings={"fault": "dead"})
    with refused(StatusCode.UNAVAILABLE):
        remote_open(line, lobby)
    [entry] = logs(line)
    assert (entry.reason, entry.user_name, entry.auth_type) == (
        "door_unreachable",
        "desk:manager",
        Log.AUTH_TYPE_REMOTE,
    )


def test_what_is_under_way_and_what_opens_for_nobody_is_left_out(line: Line, door: Door):
    taken(door, "sent")
    taken(door, "sent", "confirmed", auth_type="HOLD")
    assert logs(line) == []


def test_by_time_and_by_user(line: Line, door: Door, alice: Person, bob: Person):
    for person in (alice, bob):
        taken(door, "sent", "confirmed", resident=person.resident.id)
    soon: datetime = timezone.now() + timedelta(minutes=1)
    assert [entry.user_name for entry in logs(line)] == ["Alice", "Bob"]
    assert [entry.user_name for entry in logs(line, uuid_of(bob.resident.id))] == ["Bob"]
    assert logs(line, start_date=soon) == []
    assert len(logs(line, start_date=soon - timedelta(hours=1), end_date=soon)) == 2


def test_another_buildings_log_is_its_own(line: Line, door: Door):
    elsewhere = Building.objects.create(name={"en": "Elsewhere"})
    taken(Door.objects.create(building=elsewhere, name={"en": "Gate"}), "sent", "confirmed")
    assert logs(line) == []
    line.slug = elsewhere.organization.slug
    with refused(StatusCode.PERMISSION_DENIED):
        logs(line)


def test_what_is_new_is_told_also_when_another_process_wrote_it(line: Line, door: Door, alice: Person, bob: Person):
    taken(door, "sent", "confirmed", resident=alice.resident.id)
    with watched(line, uuid_of(bob.resident.id)) as stream:
        assert list(stream.next().access_logs) == []
        taken(door, "sent", "confirmed", resident=alice.resident.id)
        taken(door, "sent", "confirmed", resident=bob.resident.id)
        assert [entry.user_name for entry in stream.next().access_logs] == ["Bob"]
