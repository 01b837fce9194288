"""Doors over gRPC: which there are, what they do, and openings that are written down like any other."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.doors import doors, open_as_user, remote_open, watched
from tests.building.accesses.line import Line, refused
from tests.building.conftest import attempts, pulses
from tests.conftest import Person
from visitor_portal.building.accesses import watching
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as v1_pb
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2_grpc as v1_services
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as pb
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import (
    AccountSession,
    Building,
    Door,
    Opener,
    Portal,
)

NOBODY = "00000000-0000-4000-8000-000000000000"
Status = pb.DoorStatus


@pytest.fixture
def elsewhere(server: str) -> Building:
    """Another organisation, with a door."""
    building = Building.objects.create(name={"en": "Elsewhere"})
    Opener.objects.create(door=Door.objects.create(building=building, name={"en": "Gate"}))
    return building


def lock(**settings: Any) -> None:
    Opener.objects.update(settings=settings)


# --- which doors ---


def test_a_door_is_told_with_its_site_and_signs(line: Line, lobby: str, portal: Portal, building: Building):
    [door] = doors(line)
    assert (door.uuid, door.site_uuid, door.name) == (lobby, uuid_of(building.id), "Lobby")
    assert (door.online, door.scheduled_lock_unlock_enabled) == (True, True)
    assert door.in_qrcode.endswith(f"/p/{portal.public_id}") and door.out_qrcode == ""
    assert pb.AUTH_TYPE_REMOTE in door.allowed_in_auth_types


def test_a_door_is_offline_when_nothing_would_hear_a_command(line: Line, lobby: str):
    lock(fault="dead")
    assert [door.online for door in doors(line)] == [False]
    Door.objects.update(connected=False)
    assert [door.online for door in doors(line, lobby)] == [False]


def test_one_filter_at_a_time(line: Line, lobby: str, building: Building, door: Door):
    other = Door.objects.create(building=building, name={"en": "Garage"})
    assert [found.name for found in doors(line)] == ["Lobby", "Garage"]
    assert [found.name for found in doors(line, uuid_of(other.id))] == ["Garage"]
    assert len(doors(line, site_uuids=[uuid_of(building.id)])) == 2
    assert doors(line, site_uuids=[NOBODY]) == doors(line, section_uuids=[NOBODY]) == []
    with refused(StatusCode.INVALID_ARGUMENT, "site_uuids"):
        doors(line, lobby, site_uuids=[NOBODY])


def test_unknown_and_foreign_doors_are_told_apart_from_none(line: Line, lobby: str, elsewhere: Building):
    with refused(StatusCode.NOT_FOUND, NOBODY):
        doors(line, NOBODY)
    with refused(StatusCode.NOT_FOUND):
        doors(line, uuid_of(elsewhere.doors.get().id))
    with refused(StatusCode.INVALID_ARGUMENT, "uuids[1]"):
        doors(line, lobby, "lobby")
    with refused(StatusCode.PERMISSION_DENIED):
        doors(line, slug=elsewhere.organization.slug)


# --- opening one, as an operator ---


def test_an_operator_opens_as_the_desk_does(line: Line, lobby: str):
    remote_open(line, lobby)
    [attempt] = attempts()
    assert {row.state for row in attempt.rows} == {"requested", "sent", "confirmed"}
    assert (attempt.last.auth_type, attempt.last.guest, pulses()) == ("DESK", "desk:manager", 1)


@pytest.mark.parametrize(
    ("fault", "code", "word", "pulse"),
    [
        ("dead", StatusCode.UNAVAILABLE, "door_unreachable", 0),
        ("refuse", StatusCode.UNAVAILABLE, "door_unreachable", 0),
        ("silent", StatusCode.UNKNOWN, "unknown", 1),
        ("lost", StatusCode.UNKNOWN, "unknown", 0),
    ],
)
def test_a_door_that_fails_is_told_as_it_is(line: Line, lobby: str, fault, code, word, pulse):
    lock(fault=fault)
    with refused(code, word):
        remote_open(line, lobby)
    assert pulses() == pulse


def test_an_offline_door_is_unavailable_and_nothing_is_sent(line: Line, lobby: str):
    Door.objects.update(connected=False)
    with refused(StatusCode.UNAVAILABLE, "door_not_connected"):
        remote_open(line, lobby)
    [attempt] = attempts()
    assert {row.state for row in attempt.rows} == {"requested", "refused"}


def test_unknown_foreign_and_unnamed_doors_are_not_opened(line: Line, lobby: str, elsewhere: Building):
    theirs = uuid_of(elsewhere.doors.get().id)
    with refused(StatusCode.NOT_FOUND):
        remote_open(line, NOBODY)
    with refused(StatusCode.NOT_FOUND):
        remote_open(line, theirs)
    with refused(StatusCode.PERMISSION_DENIED):
        remote_open(line, theirs, slug=elsewhere.organization.slug)
    with refused(StatusCode.INVALID_ARGUMENT, "door_uuid"):
        remote_open(line, "")
    assert (attempts(), pulses()) == ([], 0)


def test_two_openings_within_the_buildings_interval_are_one_pulse(line: Line, lobby: str):
    remote_open(line, lobby)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "provider_open_rate_limited"):
        remote_open(line, lobby)
    assert pulses() == 1


def test_nobody_opens_without_a_session(stranger: Line, lobby: str):
    with refused(StatusCode.UNAUTHENTICATED):
        remote_open(stranger, lobby)
    with refused(StatusCode.UNAUTHENTICATED):
        open_as_user(stranger, lobby)
    assert attempts() == []


# --- opening one, as a user ---


def test_a_user_opens_by_an_access_of_their_own(resident: Line, lobby: str, alice: Person):
    open_as_user(resident, lobby)
    [attempt] = attempts()
    assert (attempt.state, attempt.last.resident, attempt.last.auth_type) == (
        "confirmed",
        alice.resident.id,
        "REMOTE",
    )


def test_an_operator_is_no_user_and_a_user_no_operator(line: Line, lobby: str, resident: Line):
    with refused(StatusCode.PERMISSION_DENIED):
        remote_open(resident, lobby)
    line.login("manager@example.com", device="desk")
    with refused(StatusCode.PERMISSION_DENIED):
        open_as_user(line, lobby)
    assert attempts() == []


@pytest.mark.parametrize(
    ("access", "reason"),
    [
        ({"valid_from": timezone.now() + timedelta(days=1)}, "not_yet_valid"),
        ({"valid_to": timezone.now() - timedelta(days=1)}, "invite_expired"),
        ({"status": "creating"}, "wrong_role"),
    ],
)
def test_a_rule_that_refuses_is_named(resident: Line, lobby: str, alice: Person, access, reason):
    alice.resident.accesses.get().access.__class__.objects.update(**access)
    with refused(StatusCode.PERMISSION_DENIED, reason):
        open_as_user(resident, lobby)
    assert (attempts()[0].reason, pulses()) == (reason, 0)


def test_held_closed_binds_users_and_not_the_desk(line: Line, lobby: str, resident: Line):
    Door.objects.update(hold=Door.Hold.CLOSED)
    with refused(StatusCode.PERMISSION_DENIED, "held_closed"):
        open_as_user(resident, lobby)
    line.login("manager@example.com", device="desk")
    remote_open(line, lobby)
    assert pulses() == 1


# --- what doors do ---


def said(message: Any) -> list[int]:
    return [status.status for status in message.door_statuses]


def test_an_opening_is_told_at_once(line: Line, lobby: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watching, "EVERY", 60.0)  # it is not found by looking again
    lock(contact="none")
    with watched(line) as stream:
        assert said(stream.next()) == []
        remote_open(line, lobby)
        message = stream.next()
    assert said(message) == [Status.STATUS_ACCESSED]
    assert message.door_statuses[0].door_uuid == lobby and message.door_statuses[0].HasField("created_at")


@pytest.mark.parametrize(("module", "stub"), [(v1_pb, v1_services)])
def test_the_older_service_tells_the_same(line: Line, lobby: str, module, stub):
    with watched(line, lobby, stub=stub, module=module) as stream:
        stream.next()
        remote_open(line, lobby)
        assert said(stream.next()) == [Status.STATUS_OPEN]


def test_begins_with_how_the_door_stands(line: Line, lobby: str):
    Door.objects.update(is_held_open=True, is_seen_open=False)
    with watched(line) as stream:
        first = stream.next()
    assert said(first) == [Status.STATUS_CLOSED, Status.STATUS_UNLOCKED]
    assert {status.created_at.seconds for status in first.door_statuses} == {0}  # nobody knows since when


def test_only_the_doors_that_were_asked_for(line: Line, lobby: str, building: Building):
    other = Door.objects.create(building=building, name={"en": "Garage"})
    Opener.objects.create(door=other)
    Building.objects.update(min_interval_ms=1)
    with watched(line, uuid_of(other.id)) as stream:
        stream.next()
        remote_open(line, lobby)
        remote_open(line, uuid_of(other.id))
        assert [status.door_uuid for status in stream.next().door_statuses] == [uuid_of(other.id)]


def test_an_unknown_door_is_not_watched(line: Line):
    with watched(line, NOBODY) as stream:
        assert stream.next().code() is StatusCode.NOT_FOUND


def test_a_stream_ends_with_its_session(line: Line, lobby: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watching, "RECHECK", 0.3)
    with watched(line) as stream:
        stream.next()
        AccountSession.objects.all().delete()
        assert stream.next(10).code() is StatusCode.UNAUTHENTICATED
