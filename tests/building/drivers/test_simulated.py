import time
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.building.conftest import pulses
from visitor_portal.building.drivers import DRIVERS, Outcome, Wiring
from visitor_portal.building.models import Door, SimulatedDoor

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FAULTS = ["", "refuse", "dead", "silent", "lost", "lying"]
DRIVER = DRIVERS["simulated"]


def wired(door: Door, **settings: Any) -> Wiring:
    return Wiring(door.id, settings, door.open_seconds)


def opened(wiring: Wiring, now: datetime = NOON, *, patience: float = 5) -> Outcome:
    return DRIVER.open(wiring, now=now, patience=patience)


@pytest.mark.parametrize(("after", "is_open"), [(0, True), (6, True), (6.999, True), (7, False), (7.001, False)])
def test_stays_open_for_its_seconds_and_shuts_by_itself(door, after, is_open):
    with time_machine.travel(NOON, tick=False) as clock:
        opened(wired(door), timezone.now())
        clock.shift(after)
        until = DRIVER.open_until(wired(door), now=timezone.now())
    assert until == (NOON + timedelta(seconds=7) if is_open else None)


def test_a_second_pulse_keeps_it_open_for_longer(door):
    opened(wired(door))
    opened(wired(door), NOON + timedelta(seconds=5))
    assert DRIVER.open_until(wired(door), now=NOON + timedelta(seconds=11)) == NOON + timedelta(seconds=12)
    assert pulses() == 2


def test_each_door_has_its_own_seconds_and_its_own_lock(building, door):
    gate = Door.objects.create(building=building, name={"en": "Gate"}, open_seconds=15)
    opened(wired(gate))
    assert DRIVER.open_until(wired(gate), now=NOON) == NOON + timedelta(seconds=15)
    assert DRIVER.open_until(wired(door), now=NOON) is None


def test_a_door_that_never_opened_is_shut(door):
    assert DRIVER.open_until(wired(door), now=NOON) is None
    assert not SimulatedDoor.objects.exists()


@pytest.mark.parametrize(
    ("settings", "outcome", "opens"),
    [
        ({}, Outcome("confirmed", True), True),
        ({"contact": "at_once"}, Outcome("confirmed", True), True),
        ({"contact": ""}, Outcome("confirmed", True), True),  # as a form leaves it
        ({"contact": "followed"}, Outcome("confirmed", None), True),
        ({"contact": "none"}, Outcome("confirmed", None), True),
        ({"fault": "lying"}, Outcome("confirmed", False), False),
        ({"fault": "lying", "contact": "followed"}, Outcome("confirmed", None), False),
        ({"fault": "silent"}, Outcome("unknown"), True),
        ({"fault": "lost"}, Outcome("unknown"), False),
        ({"fault": "refuse"}, Outcome("refused"), False),
        ({"fault": "dead"}, Outcome("unreached"), False),
    ],
)
def test_fails_as_its_settings_say(door, settings, outcome, opens):
    assert opened(wired(door, **settings)) == outcome
    assert (DRIVER.open_until(wired(door, **settings), now=NOON) is not None) is opens


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_only_a_dead_one_is_out_of_reach(door, fault):
    assert DRIVER.reachable(wired(door, fault=fault), patience=1) is (fault != "dead")


def test_takes_no_longer_than_it_is_given(door):
    started = time.monotonic()
    assert opened(wired(door, seconds=20), patience=0.2) == Outcome("unknown")
    assert 0.2 <= time.monotonic() - started < 2
    assert pulses() == 0


@pytest.mark.parametrize(
    ("fault", "state", "is_held"),
    [
        ("", "confirmed", True),
        ("dead", "unreached", False),
        ("refuse", "refused", False),
    ],
)
def test_holds_and_fails_at_it(door, fault, state, is_held):
    assert DRIVER.hold(wired(door, fault=fault), True, patience=1) == Outcome(state)
    assert SimulatedDoor.objects.filter(is_held=True).exists() is is_held
    assert pulses() == 0


def test_lets_go_again(door):
    for on in (True, False):
        assert DRIVER.hold(wired(door), on, patience=1) == Outcome("confirmed")
    assert SimulatedDoor.objects.get().is_held is False


@pytest.mark.parametrize(("contact", "is_there"), [("at_once", False), ("followed", True), ("none", False)])
def test_has_a_contact_to_follow_when_it_is_told_so(door, contact, is_there):
    assert DRIVER.has_contact(wired(door, contact=contact)) is is_there


def test_the_contact_says_what_is_so_and_then_each_change(door):
    door.open_seconds = 1
    wiring = wired(door, contact="followed")
    said = DRIVER.contact(wiring, seconds=5, stop=Event())
    assert next(said) is False
    opened(wiring, timezone.now())
    assert [next(said), next(said)] == [True, False]


@pytest.mark.parametrize("is_stopped", [True, False])
def test_the_contact_ends_when_it_is_told_or_its_time_is_over(door, is_stopped):
    stop = Event()
    if is_stopped:
        stop.set()
    started = time.monotonic()
    said = list(DRIVER.contact(wired(door), seconds=60 if is_stopped else 0.1, stop=stop))
    assert said == ([] if is_stopped else [False])
    assert time.monotonic() - started < 2
