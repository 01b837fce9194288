"""A key is used once: whoever sends it again is told what became of the first try."""

from datetime import timedelta

import pytest

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import AccessLog, Door
from visitor_portal.building.refusals import Refusal

from .conftest import opening_of, pulses
from .threads import together


def test_the_same_key_again_is_the_same_row(door, portal, alice, now):
    terms = Terms(alice.resident, portal, key="tap")
    first = open_door(door, terms, now=now)
    again = open_door(door, terms, now=now + timedelta(minutes=5))
    assert (again.id, again.state, again.milliseconds) == (first.id, "confirmed", first.milliseconds)
    assert (pulses(), AccessLog.objects.count()) == (1, 1)


@pytest.mark.parametrize("fault", ["refuse", "dead", "silent"])
def test_a_failure_is_told_again_and_not_tried_again(door, portal, alice, now, fault):
    door.driver_settings = {"fault": fault}
    terms = Terms(alice.resident, portal, key="tap")
    told = []
    for minute in range(3):
        with pytest.raises(Refusal) as refused:
            open_door(door, terms, now=now + timedelta(minutes=minute))
        told.append((refused.value.code, refused.value.extra))
        door.driver_settings = {}  # mended meanwhile
    assert told[0] == told[1] == told[2]
    assert (pulses(), AccessLog.objects.count()) == (1 if fault == "silent" else 0, 1)


def test_a_denial_is_told_again_even_when_it_would_be_allowed_now(door, portal, alice, now):
    door.building.accesses.update(valid_from=now + timedelta(seconds=1))
    terms = Terms(alice.resident, portal, key="tap")
    for later in (0, 5):
        with pytest.raises(Refusal, match="not_yet_valid"):
            open_door(door, terms, now=now + timedelta(seconds=later))
    assert pulses() == 0


def test_without_a_key_each_call_is_a_try_of_its_own(door, portal, alice, now):
    terms = Terms(alice.resident, portal)
    for minute in range(3):
        open_door(door, terms, now=now + timedelta(minutes=minute))
    assert (pulses(), AccessLog.objects.count()) == (3, 3)


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_with_one_key_are_one_pulse(door, portal, alice, now):
    Door.objects.update(min_interval_ms=0)  # the key alone holds them back
    terms = Terms(alice.resident, portal, key="tap")
    results = together(*[lambda: open_door(Door.objects.get(id=door.id), terms, now=now)] * 20)
    row = AccessLog.objects.get()
    assert (pulses(), row.state) == (1, "confirmed")
    for result in results:
        told = opening_of(result)["state"] if isinstance(result, Refusal) else result.state
        assert told in ("requested", "sent", "confirmed")


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_with_twenty_keys_are_one_pulse(door, portal, alice, now):
    calls = [
        lambda key=key: open_door(Door.objects.get(id=door.id), Terms(alice.resident, portal, key=key), now=now)
        for key in "abcdefghijklmnopqrst"
    ]
    results = together(*calls)
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert pulses() == 1
    assert refused == ["provider_open_rate_limited"] * 19
    assert AccessLog.objects.filter(state="confirmed").count() == 1
    assert AccessLog.objects.filter(closed_at=None).count() == 0
