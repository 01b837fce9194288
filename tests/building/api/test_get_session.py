from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.building.conftest import WAYS, Visit, bring
from visitor_portal.building import sessions
from visitor_portal.building.models import Light, Opener

from .hostile import UNKNOWN_IDS, assert_no_other_method

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
STATES = {"active alice": "active", "active bob": "active"}


def test_the_caller_sees_the_call(api, visit):
    said = api.ok("get_session", visit.id, token=visit.caller)
    assert (said["session_id"], said["role"], said["state"], said["status"]) == (
        visit.id,
        "caller",
        "pending",
        "pending",
    )
    assert (said["mode"], said["callees_notified"], said["door_opened"]) == ("video", True, False)
    assert said["building_display_name"] == {"en": "Harbour House"}
    assert said["call_target_display_name"] == {"en": "Okafor & Lindqvist"}
    assert said["call_target_location_line"] == "12 · Floor 1"
    assert said["caller_peer_id"] != said["callee_peer_id"]


@pytest.mark.parametrize(
    ("unit", "floor", "line"),
    [("", "2", "Floor 2"), ("", "Ground floor", "Ground floor"), ("3b", "Attic", "3b · Attic"), ("7", "", "7")],
)
def test_the_place_is_one_line(api, visit, entry, unit, floor, line):
    entry.unit, entry.floor = unit, floor
    entry.save()
    assert api.ok("get_session", visit.id, token=visit.caller)["call_target_location_line"] == line


def test_only_a_callee_is_told_of_lights(api, visit, alice):
    assert api.ok("get_session", visit.id, token=visit.token(alice))["has_lights"] is True
    assert "has_lights" not in api.ok("get_session", visit.id, token=visit.caller)
    Light.objects.all().delete()
    assert "has_lights" not in api.ok("get_session", visit.id, token=visit.token(alice))


@pytest.mark.parametrize("way", WAYS)
def test_says_the_state_under_both_names(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    for token in (visit.caller, visit.token(alice), visit.token(bob)):
        said = api.ok("get_session", visit.id, token=token)
        assert said["state"] == said["status"] == STATES.get(way, way)
        assert said["door_opened"] is (way == "accepted")


@pytest.mark.parametrize("way", WAYS)
def test_the_caller_never_sees_who_answered(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    api.send("open_session", visit.id, token=visit.token(bob))
    api.ok("get_session", visit.id, token=visit.caller)
    said = api.last.content.decode()
    assert "answered_by" not in said
    assert not any(word in said for p in (alice, bob) for word in (p.resident.name, p.resident.id))


@pytest.mark.parametrize(("way", "name", "loser"), [("active alice", "Alice", "bob"), ("active bob", "Bob", "alice")])
def test_the_flatmate_sees_who_answered(api, visit, alice, bob, way, name, loser):
    bring(visit, way, alice, bob)
    tokens = {"alice": visit.token(alice), "bob": visit.token(bob)}
    assert api.ok("get_session", visit.id, token=tokens.pop(loser))["answered_by"] == name
    (winner,) = tokens.values()
    assert "answered_by" not in api.ok("get_session", visit.id, token=winner)


def test_counts_the_devices_that_told_of_themselves(api, visit, alice, bob, now):
    sessions.receipt(visit.seat(alice), "shown", now=now)
    sessions.receipt(visit.seat(alice), "opened", now=now)
    sessions.receipt(visit.seat(bob), "shown", now=now)
    said = api.ok("get_session", visit.id, token=visit.caller)
    assert said["ring"] == {"devices": 2, "sent": 0, "shown": 2, "opened": 1}


def test_says_the_server_time_and_every_deadline(api, portal, entry, alice, settings):
    with time_machine.travel(NOON, tick=False) as clock:
        visit = Visit(portal, entry)
        clock.shift(5)
        sessions.open_session(visit.seat(alice), key=None, now=NOON + timedelta(seconds=5))
        clock.shift(1)
        said = api.ok("get_session", visit.id, token=visit.caller)
    moments = {name: datetime.fromisoformat(said[name]) - NOON for name in ("now", "answered_at", "door_open_until")}
    assert {name: since.total_seconds() for name, since in moments.items()} == {
        "now": 6,
        "answered_at": 5,
        "door_open_until": 12,
    }


def test_a_door_that_shut_again_is_not_said_to_be_open(api, portal, entry, alice):
    with time_machine.travel(NOON, tick=False) as clock:
        visit = Visit(portal, entry)
        sessions.open_session(visit.seat(alice), key=None, now=NOON)
        clock.shift(7)
        said = api.ok("get_session", visit.id, token=visit.caller)
    assert said["door_opened"] is True and "door_open_until" not in said


def test_a_driver_that_is_gone_does_not_hide_the_visit(api, visit, alice, bob):
    bring(visit, "accepted", alice, bob)
    Opener.objects.update(driver="no such driver")
    said = api.ok("get_session", visit.id, token=visit.caller)
    assert (said["door_opened"], said["opening"]["state"]) == (True, "confirmed")


def test_the_opening_is_the_latest_one(api, visit, door, alice, now):
    Opener.objects.update(settings={"fault": "refuse"})
    door.save()
    api.send("open_session", visit.id, token=visit.token(alice))
    said = api.ok("get_session", visit.id, token=visit.caller)
    assert (said["opening"]["state"], said["door_opened"]) == ("refused", False)


def test_the_token_may_come_in_the_query(api, visit, alice):
    for token in (visit.caller, visit.token(alice)):
        by_header = api.ok("get_session", visit.id, token=token)
        by_query = api.ok("get_session", visit.id, query=f"?token={token}")
        assert by_header | {"now": ""} == by_query | {"now": ""}


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("bearer {}", 200),
        ("BEARER  {} ", 200),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("Basic {}", 401),
        ("{}", 401),
        ("Token {}", 401),
        ("Bearer {}x", 403),
        ("Bearer {},{}", 403),
        ("Bearer \xe9\xff", 403),
    ],
)
def test_the_header_is_read_as_its_standard_says(api, visit, header, status):
    found, _ = api.send("get_session", visit.id, Authorization=header.replace("{}", visit.caller))
    assert found == status


def test_a_header_counts_before_the_query(api, visit):
    assert api.refused("get_session", visit.id, token="wrong", query=f"?token={visit.caller}") == (403, "wrong_role")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, unknown):
    assert api.refused("get_session", unknown, token=visit.caller) == (404, "not_found")


def test_takes_no_other_method(api, visit):
    assert_no_other_method(api, "get_session", visit.id, token=visit.caller)


def test_looking_changes_nothing(api, visit, alice):
    before = visit.now_is().version
    for token in (visit.caller, visit.token(alice)):
        api.ok("get_session", visit.id, token=token)
    assert (visit.now_is().version, visit.now_is().state) == (before, "pending")
