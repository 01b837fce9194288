"""A key is used once: whoever sends it again is told what became of the first try."""

from datetime import timedelta

import pytest

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import Building, Door, Opener
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, pulses
from .threads import together


def test_the_same_key_again_is_the_same_attempt(door, portal, alice, now):
    terms = Terms(portal, alice.resident, key="tap")
    first = open_door(door, terms, now=now)
    again = open_door(door, terms, now=now + timedelta(minutes=5))
    assert (again.id, again.state, again.milliseconds) == (first.id, "confirmed", first.milliseconds)
    assert (pulses(), len(attempts())) == (1, 1)


@pytest.mark.parametrize("fault", ["refuse", "dead", "silent", "lost"])
def test_a_failure_is_told_again_and_not_tried_again(door, portal, alice, now, fault):
    Opener.objects.update(settings={"fault": fault})
    terms = Terms(portal, alice.resident, key="tap")
    told = []
    for minute in range(3):
        with pytest.raises(Refusal) as refused:
            open_door(door, terms, now=now + timedelta(minutes=minute))
        told.append((refused.value.code, refused.value.extra))
        Opener.objects.update(settings={})  # mended meanwhile
    assert told[0] == told[1] == told[2]
    assert (pulses(), len(attempts())) == (1 if fault == "silent" else 0, 1)


def test_a_denial_is_told_again_even_when_it_would_be_allowed_now(door, portal, alice, now):
    door.building.accesses.update(valid_from=now + timedelta(seconds=1))
    terms = Terms(portal, alice.resident, key="tap")
    for later in (0, 5):
        with pytest.raises(Refusal, match="not_yet_valid"):
            open_door(door, terms, now=now + timedelta(seconds=later))
    assert pulses() == 0


def test_without_a_key_each_call_is_a_try_of_its_own(door, portal, alice, now):
    terms = Terms(portal, alice.resident)
    for minute in range(3):
        open_door(door, terms, now=now + timedelta(minutes=minute))
    assert (pulses(), len(attempts())) == (3, 3)


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_with_one_key_are_one_pulse(door, portal, alice, now):
    Building.objects.update(min_interval_ms=0)  # the key alone holds them back
    terms = Terms(portal, alice.resident, key="tap")
    results = together(*[lambda: open_door(Door.objects.get(id=door.id), terms, now=now)] * 20)
    assert (pulses(), [attempt.state for attempt in attempts()]) == (1, ["confirmed"])
    assert {result.code if isinstance(result, Refusal) else result.state for result in results} == {"confirmed"}


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_with_twenty_keys_are_one_pulse(door, portal, alice, now):
    calls = [
        lambda key=key: open_door(Door.objects.get(id=door.id), Terms(portal, alice.resident, key=key), now=now)
        for key in "abcdefghijklmnopqrst"
    ]
    results = together(*calls)
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert pulses() == 1
    assert refused == ["provider_open_rate_limited"] * 19
    assert sorted(attempt.state for attempt in attempts()) == ["confirmed"] + ["refused"] * 19
