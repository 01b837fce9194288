"""Every way in which a lock can fail, and what is said of it."""

import pytest

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import Opener
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, opening_of, pulses

FAILING = {  # settings of the opener: (state, seen open, pulses)
    "refuse": ({"fault": "refuse"}, ("refused", None, 0)),
    "dead": ({"fault": "dead"}, ("refused", None, 0)),
    "silent": ({"fault": "silent"}, ("unknown", None, 1)),
    "silent without a contact": ({"fault": "silent", "contact": "none"}, ("unknown", None, 1)),
    "lost": ({"fault": "lost"}, ("unknown", None, 0)),
}
OPENING = {
    "sound": ({}, (True, 1)),
    "without a contact": ({"contact": "none"}, (None, 1)),
    "lying": ({"fault": "lying"}, (False, 0)),
    "lying without a contact": ({"fault": "lying", "contact": "none"}, (None, 0)),
    "slow": ({"seconds": 0.3}, (True, 1)),
}


@pytest.mark.parametrize("fault", FAILING)
def test_a_door_that_did_not_confirm_is_a_refusal_with_its_opening(fault, door, portal, alice, now):
    settings, (state, seen_open, moved) = FAILING[fault]
    Opener.objects.update(settings=settings)
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(portal, alice.resident), now=now)
    opening = opening_of(refused.value)
    assert (refused.value.status, refused.value.code) == (503, "door_unreachable")
    assert (opening["state"], opening["seen_open"], opening["error_code"]) == (state, seen_open, "door_unreachable")
    (attempt,) = attempts()
    assert (attempt.state, attempt.seen_open, attempt.reason) == (state, seen_open, "door_unreachable")
    assert (attempt.is_over, pulses()) == (True, moved)


@pytest.mark.parametrize("kind", OPENING)
def test_a_door_that_confirmed_says_what_was_seen(kind, door, portal, alice, now):
    settings, (seen_open, moved) = OPENING[kind]
    Opener.objects.update(settings=settings)
    attempt = open_door(door, Terms(portal, alice.resident), now=now)
    assert (attempt.state, attempt.seen_open, attempt.reason) == ("confirmed", seen_open, "")
    assert (attempt.is_over, pulses()) == (True, moved)


def test_a_slow_door_says_how_slow(door, portal, alice, now):
    Opener.objects.update(settings={"seconds": 0.3})
    attempt = open_door(door, Terms(portal, alice.resident), now=now)
    assert attempt.milliseconds is not None and 300 <= attempt.milliseconds < 5000


def test_a_driver_that_nobody_knows_opens_nothing(door, portal, alice, now):
    Opener.objects.update(driver="no such driver")
    with pytest.raises(Refusal, match="door_unreachable"):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert attempts()[0].state == "refused"


@pytest.mark.parametrize("settings", [{"seconds": "soon"}, {"seconds": [7]}])
def test_settings_that_make_no_sense_leave_a_closed_attempt(settings, door, portal, alice, now):
    Opener.objects.update(settings=settings)
    with pytest.raises(Refusal, match="door_unreachable"):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert [(attempt.state, attempt.is_over) for attempt in attempts()] == [("unknown", True)]
    assert pulses() == 0


@pytest.mark.parametrize("fields", [{"settings": [7]}, {"sealed": "sealed with another key"}])
def test_of_settings_that_cannot_be_read_nothing_was_sent(fields, door, portal, alice, now):
    Opener.objects.update(**fields)
    with pytest.raises(Refusal, match="door_unreachable"):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert [attempt.state for attempt in attempts()] == ["refused"]
    assert pulses() == 0
