"""The least time between two pulses in one building: all its doors have one sender."""

from datetime import timedelta

import pytest

from tests.conftest import Person
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import Access, AccessDoor, AccessUser, Building, Door, Opener, Portal
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, opening_of, pulses

MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def opened(door, portal, alice, now) -> Terms:
    """The door was opened just now."""
    terms = Terms(portal, alice.resident)
    open_door(door, terms, now=now)
    return terms


def test_a_second_open_must_wait(door, opened, now):
    with pytest.raises(Refusal) as refused:
        open_door(door, opened, now=now + timedelta(seconds=1))
    assert (refused.value.status, refused.value.code) == (429, "provider_open_rate_limited")
    assert refused.value.retry_after == 3
    assert opening_of(refused.value)["state"] == "refused"
    assert pulses() == 1
    assert [(attempt.state, attempt.reason) for attempt in attempts()] == [
        ("confirmed", ""),
        ("refused", "provider_open_rate_limited"),
    ]


def test_waiting_as_long_as_it_says_is_enough(door, opened, now):
    with pytest.raises(Refusal) as refused:
        open_door(door, opened, now=now + MILLISECOND)
    wait = timedelta(seconds=refused.value.retry_after or 0)
    open_door(door, opened, now=now + MILLISECOND + wait)
    assert pulses() == 2


@pytest.mark.parametrize(("after", "moved"), [(2999, 1), (3000, 2), (3001, 2)])
def test_the_interval_ends_on_the_millisecond(door, opened, now, after, moved):
    try:
        open_door(door, opened, now=now + after * MILLISECOND)
    except Refusal:
        assert moved == 1
    assert pulses() == moved


def test_a_refused_try_does_not_start_the_interval_anew(door, opened, now):
    for second in (1, 2):
        with pytest.raises(Refusal):
            open_door(door, opened, now=now + timedelta(seconds=second))
    open_door(door, opened, now=now + timedelta(seconds=3))
    assert pulses() == 2


def test_whoever_may_not_open_holds_nobody_up(door, portal, alice, mallory, now):
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(portal, mallory.resident), now=now)
    open_door(door, Terms(portal, alice.resident), now=now)
    assert pulses() == 1


def another_door(building: Building, who: Person) -> tuple[Door, Terms]:
    """A second door there, and the terms by which this resident opens it."""
    door = Door.objects.create(building=building, name={"en": "Garage"})
    Opener.objects.create(door=door)
    access = Access.objects.create(building=building, name="Garage")
    AccessUser.objects.create(access=access, resident=who.resident)
    AccessDoor.objects.create(access=access, door=door, in_auth_types=["REMOTE"])
    return door, Terms(Portal.objects.create(door=door, name={"en": "Garage"}), who.resident)


def test_the_other_doors_of_the_building_wait_too(building, door, opened, alice, now):
    garage, terms = another_door(building, alice)
    with pytest.raises(Refusal, match="provider_open_rate_limited"):
        open_door(garage, terms, now=now + 2999 * MILLISECOND)
    open_door(garage, terms, now=now + 3000 * MILLISECOND)
    assert pulses() == 2


def test_another_building_does_not_wait(opened, alice, now):
    garage, terms = another_door(Building.objects.create(name={"en": "Elsewhere"}), alice)
    open_door(garage, terms, now=now)
    assert pulses() == 2


def test_a_building_may_have_no_interval(door, portal, alice, now):
    Building.objects.update(min_interval_ms=0)
    door.refresh_from_db()
    for _ in range(3):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert pulses() == 3


@pytest.mark.parametrize(("milliseconds", "seconds"), [(0, 1), (1, 1), (1000, 1), (1001, 2), (10_000, 10)])
def test_says_whole_seconds_and_never_none(door, opened, now, milliseconds, seconds):
    Building.objects.update(min_interval_ms=milliseconds, next_open_at=now + timedelta(hours=1))
    door.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        open_door(door, opened, now=now)
    assert refused.value.retry_after == seconds
