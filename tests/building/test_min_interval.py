"""The least time between two pulses of one door."""

from datetime import timedelta

import pytest

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import AccessDoor, AccessLog, Door
from visitor_portal.building.refusals import Refusal

from .conftest import opening_of, pulses

MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def opened(door, portal, alice, now) -> Terms:
    """The door was opened just now."""
    terms = Terms(alice.resident, portal)
    open_door(door, terms, now=now)
    return terms


def test_a_second_open_must_wait(door, opened, now):
    with pytest.raises(Refusal) as refused:
        open_door(door, opened, now=now + timedelta(seconds=1))
    assert (refused.value.status, refused.value.code) == (429, "provider_open_rate_limited")
    assert refused.value.retry_after == 3
    assert opening_of(refused.value)["state"] == "refused"
    assert pulses() == 1
    assert set(AccessLog.objects.values_list("state", "reason")) == {
        ("confirmed", ""),
        ("refused", "provider_open_rate_limited"),
    }


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
        open_door(door, Terms(mallory.resident, portal), now=now)
    open_door(door, Terms(alice.resident, portal), now=now)
    assert pulses() == 1


def test_other_doors_do_not_wait(building, door, opened, now):
    other = Door.objects.create(building=building, name={"en": "Garage"})
    AccessDoor.objects.create(access=building.accesses.get(), door=other, in_auth_types=["REMOTE"])
    open_door(other, opened, now=now)
    assert pulses() == 2


def test_a_door_may_have_no_interval(door, portal, alice, now):
    Door.objects.update(min_interval_ms=0)
    door.refresh_from_db()
    for _ in range(3):
        open_door(door, Terms(alice.resident, portal), now=now)
    assert pulses() == 3


@pytest.mark.parametrize(("milliseconds", "seconds"), [(0, 1), (1, 1), (1000, 1), (1001, 2), (10_000, 10)])
def test_says_whole_seconds_and_never_none(door, opened, now, milliseconds, seconds):
    Door.objects.update(min_interval_ms=milliseconds, next_open_at=now + timedelta(hours=1))
    door.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        open_door(door, opened, now=now)
    assert refused.value.retry_after == seconds
