"""Doors that are held: what is meant, what visitors are told, and what opening one comes to."""

from datetime import UTC, datetime, timedelta

import pytest

from visitor_portal.building import doors, holds
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import Access, AccessDoor, Building, Door, Opener
from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import Hold

from .conftest import attempts, opening_of, pulses

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
SECOND = timedelta(seconds=1)
OFFICE_HOURS = """BEGIN:VEVENT
DTSTART:20260504T080000
DTEND:20260504T180000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
END:VEVENT"""
MAY_4 = """BEGIN:VEVENT
DTSTART;VALUE=DATE:20260504
END:VEVENT"""


def held(door: Door, mode: str, **fields) -> Door:
    """The door after a manager's word."""
    Door.objects.filter(id=door.id).update(hold=mode, **fields)
    door.refresh_from_db()
    return door


@pytest.fixture
def lobby_hours(building, door) -> Access:
    """Office hours, in which the door is held open."""
    access = Access.objects.create(building=building, name="Lobby hours", schedule=OFFICE_HOURS)
    AccessDoor.objects.create(access=access, door=door, lock_unlock_enabled=True)
    return access


# -- what is meant


@pytest.mark.parametrize("mode", ["normal", "hold_open", "hold_closed"])
def test_a_hold_without_an_end_holds(door, mode):
    assert holds.mode_of(held(door, mode), NOON) == mode


@pytest.mark.parametrize("mode", ["hold_open", "hold_closed"])
@pytest.mark.parametrize(("seconds", "is_held"), [(-1, True), (0, False), (1, False)])
def test_a_hold_ends_at_its_second(door, mode, seconds, is_held):
    held(door, mode, hold_until=NOON)
    assert holds.mode_of(door, NOON + seconds * SECOND) == (mode if is_held else "normal")


@pytest.mark.parametrize(
    ("at", "is_held"),
    [
        (NOON.replace(hour=7, minute=59, second=59), False),
        (NOON.replace(hour=8), True),
        (NOON.replace(hour=17, minute=59, second=59), True),
        (NOON.replace(hour=18), False),
        (NOON + timedelta(days=5), False),  # Saturday
    ],
)
def test_an_access_may_hold_a_door_open_by_its_schedule(door, lobby_hours, at, is_held):
    assert holds.mode_of(door, at) == ("hold_open" if is_held else "normal")


@pytest.mark.parametrize(
    "change",
    [
        {"exception": MAY_4},
        {"valid_from": NOON + SECOND},
        {"valid_to": NOON},
        {"status": "deleted"},
        {"schedule": "nonsense"},
    ],
)
def test_an_access_that_does_not_hold_now_holds_nothing_open(door, lobby_hours, change):
    Access.objects.filter(id=lobby_hours.id).update(**change)
    assert holds.mode_of(door, NOON) == "normal"


def test_an_access_that_lets_people_in_holds_nothing_open(door, alice):
    assert holds.mode_of(door, NOON) == "normal"


def test_lobby_hours_of_one_door_hold_no_other(building, lobby_hours):
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    AccessDoor.objects.create(access=lobby_hours, door=garage)
    assert holds.mode_of(garage, NOON) == "normal"


def test_lobby_hours_are_those_of_the_place(building, door, lobby_hours):
    Building.objects.update(time_zone="Asia/Tokyo")
    assert holds.mode_of(door, NOON) == "normal"
    assert holds.mode_of(door, NOON - timedelta(hours=4)) == "hold_open"


@pytest.mark.parametrize("mode", ["hold_open", "hold_closed"])
def test_a_managers_word_goes_before_the_schedule(door, lobby_hours, mode):
    held(door, mode, hold_until=NOON + SECOND)
    assert holds.mode_of(door, NOON) == mode
    assert holds.mode_of(door, NOON + SECOND) == "hold_open"


# -- what visitors are told


@pytest.mark.parametrize(
    ("is_held_open", "shown"), [(False, None), (None, None), (True, Hold("hold_open", "Moving day"))]
)
def test_held_open_is_told_when_the_lock_confirmed_it(door, is_held_open, shown):
    held(door, "hold_open", hold_reason="Moving day", is_held_open=is_held_open)
    assert holds.shown(door, NOON) == shown


@pytest.mark.parametrize("is_held_open", [False, None, True])
def test_held_closed_is_told_at_once(door, is_held_open):
    held(door, "hold_closed", is_held_open=is_held_open)
    assert holds.shown(door, NOON) == Hold("hold_closed", None)


def test_a_hold_that_is_over_is_told_no_more(door):
    held(door, "hold_open", hold_until=NOON, is_held_open=True)
    assert holds.shown(door, NOON) is None


def test_the_reason_is_the_managers_and_not_the_schedules(door, lobby_hours):
    held(door, "normal", hold_reason="Moving day", is_held_open=True)
    assert holds.shown(door, NOON) == Hold("hold_open", None)


# -- opening a door that is held closed


def test_a_door_held_closed_opens_for_no_resident(door, portal, alice):
    held(door, "hold_closed", hold_until=NOON + SECOND)
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(portal, alice.resident), now=NOON)
    assert (refused.value.status, refused.value.code) == (403, "held_closed")
    assert opening_of(refused.value)["state"] == "refused"
    assert [(attempt.state, attempt.reason) for attempt in attempts()] == [("refused", "held_closed")]
    open_door(door, Terms(portal, alice.resident), now=NOON + SECOND)
    assert pulses() == 1


def test_a_door_held_closed_uses_up_no_turn(door, portal, alice):
    held(door, "hold_closed", hold_until=NOON + SECOND)
    with pytest.raises(Refusal, match="held_closed"):
        open_door(door, Terms(portal, alice.resident), now=NOON)
    assert Building.objects.get().next_open_at is None


def test_whoever_has_no_right_is_told_that_and_no_more(door, portal, mallory):
    held(door, "hold_closed")
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(portal, mallory.resident), now=NOON)


# -- opening a door that is held open


def test_a_door_held_open_is_open_without_a_pulse(door, portal, alice):
    held(door, "hold_open", is_held_open=True)
    for _ in range(3):  # and nobody waits for a turn
        attempt = open_door(door, Terms(portal, alice.resident), now=NOON)
        assert (attempt.state, attempt.reason, attempt.last.auth_type) == ("confirmed", "held_open", "REMOTE")
        assert doors.opening_of(attempt).error_code is None
    assert pulses() == 0
    assert {row.state for attempt in attempts() for row in attempt.rows} == {"requested", "confirmed"}


def test_a_door_held_open_by_its_hours_is_open_without_a_pulse(door, portal, alice, lobby_hours):
    held(door, "normal", is_held_open=True)
    assert open_door(door, Terms(portal, alice.resident), now=NOON).reason == "held_open"
    assert pulses() == 0


@pytest.mark.parametrize(("mode", "is_held_open"), [("hold_open", False), ("hold_open", None), ("normal", True)])
def test_a_hold_that_is_not_both_meant_and_confirmed_takes_a_pulse(door, portal, alice, mode, is_held_open):
    held(door, mode, is_held_open=is_held_open)
    attempt = open_door(door, Terms(portal, alice.resident), now=NOON)
    assert (attempt.state, attempt.reason, pulses()) == ("confirmed", "", 1)


def test_a_door_held_open_is_said_to_open_for_those_with_a_right_alone(door, portal, mallory):
    held(door, "hold_open", is_held_open=True)
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(portal, mallory.resident), now=NOON)


def test_a_door_held_open_needs_no_lock_that_answers(door, portal, alice):
    held(door, "hold_open", is_held_open=True)
    Opener.objects.update(settings={"fault": "dead"})
    assert open_door(door, Terms(portal, alice.resident), now=NOON).state == "confirmed"
