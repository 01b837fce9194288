from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.building.conftest import pulses
from visitor_portal.building.drivers import Outcome, driver_of
from visitor_portal.building.models import Door, SimulatedDoor

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(("after", "is_open"), [(0, True), (6, True), (6.999, True), (7, False), (7.001, False)])
def test_stays_open_for_its_seconds_and_shuts_by_itself(door, after, is_open):
    driver = driver_of(door)
    with time_machine.travel(NOON, tick=False) as clock:
        driver.open(door, timezone.now())
        clock.shift(after)
        until = driver.open_until(door, timezone.now())
    assert until == (NOON + timedelta(seconds=7) if is_open else None)


def test_a_second_pulse_keeps_it_open_for_longer(door):
    driver = driver_of(door)
    driver.open(door, NOON)
    driver.open(door, NOON + timedelta(seconds=5))
    assert driver.open_until(door, NOON + timedelta(seconds=11)) == NOON + timedelta(seconds=12)
    assert pulses() == 2


def test_each_door_has_its_own_seconds_and_its_own_lock(building, door):
    gate = Door.objects.create(building=building, name={"en": "Gate"}, open_seconds=15)
    driver = driver_of(gate)
    driver.open(gate, NOON)
    assert driver.open_until(gate, NOON) == NOON + timedelta(seconds=15)
    assert driver.open_until(door, NOON) is None


def test_a_door_that_never_opened_is_shut(door):
    assert driver_of(door).open_until(door, NOON) is None
    assert not SimulatedDoor.objects.exists()


@pytest.mark.parametrize(
    ("settings", "outcome", "opens"),
    [
        ({}, Outcome("confirmed", True), True),
        ({"contact": False}, Outcome("confirmed", None), True),
        ({"fault": "lying"}, Outcome("confirmed", False), False),
        ({"fault": "silent"}, Outcome("unknown"), True),
        ({"fault": "refuse"}, Outcome("refused"), False),
        ({"fault": "dead"}, Outcome("refused"), False),
    ],
)
def test_fails_as_its_settings_say(door, settings, outcome, opens):
    door.driver_settings = settings
    driver = driver_of(door)
    assert driver.open(door, NOON) == outcome
    assert (driver.open_until(door, NOON) is not None) is opens


@pytest.mark.parametrize("fault", [None, "refuse", "silent", "lying", "dead"])
def test_only_a_dead_one_is_out_of_reach(door, fault):
    door.driver_settings = {"fault": fault}
    assert driver_of(door).reachable(door) is (fault != "dead")
