"""Every way in which a lock can fail, and what is said of it."""

import pytest

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import AccessLog
from visitor_portal.building.refusals import Refusal

from .conftest import opening_of, pulses

FAILING = {  # settings of the door: (state, seen open, pulses)
    "refuse": ({"fault": "refuse"}, ("refused", None, 0)),
    "dead": ({"fault": "dead"}, ("refused", None, 0)),
    "silent": ({"fault": "silent"}, ("unknown", None, 1)),
    "silent without a contact": ({"fault": "silent", "contact": False}, ("unknown", None, 1)),
}
OPENING = {
    "sound": ({}, (True, 1)),
    "without a contact": ({"contact": False}, (None, 1)),
    "lying": ({"fault": "lying"}, (False, 0)),
    "lying without a contact": ({"fault": "lying", "contact": False}, (None, 0)),
    "slow": ({"seconds": 0.3}, (True, 1)),
}


@pytest.mark.parametrize("fault", FAILING)
def test_a_door_that_did_not_confirm_is_a_refusal_with_its_opening(fault, door, portal, alice, now):
    door.driver_settings, (state, seen_open, moved) = FAILING[fault]
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(alice.resident, portal), now=now)
    opening = opening_of(refused.value)
    assert (refused.value.status, refused.value.code) == (503, "door_unreachable")
    assert (opening["state"], opening["seen_open"], opening["error_code"]) == (state, seen_open, "door_unreachable")
    row = AccessLog.objects.get()
    assert (row.state, row.seen_open, row.reason, pulses()) == (state, seen_open, "door_unreachable", moved)
    assert row.closed_at is not None


@pytest.mark.parametrize("kind", OPENING)
def test_a_door_that_confirmed_says_what_was_seen(kind, door, portal, alice, now):
    door.driver_settings, (seen_open, moved) = OPENING[kind]
    row = open_door(door, Terms(alice.resident, portal), now=now)
    assert (row.state, row.seen_open, row.reason, pulses()) == ("confirmed", seen_open, "", moved)
    assert row.closed_at is not None


def test_a_slow_door_says_how_slow(door, portal, alice, now):
    door.driver_settings = {"seconds": 0.3}
    row = open_door(door, Terms(alice.resident, portal), now=now)
    assert row.milliseconds is not None and 300 <= row.milliseconds < 5000


def test_a_driver_that_nobody_knows_opens_nothing(door, portal, alice, now):
    door.driver = "no such driver"
    with pytest.raises(Refusal, match="door_unreachable"):
        open_door(door, Terms(alice.resident, portal), now=now)
    assert AccessLog.objects.get().closed_at is not None


@pytest.mark.parametrize("settings", [{"seconds": "soon"}, {"fault": 7, "seconds": None}, []])
def test_settings_that_make_no_sense_leave_a_closed_row(settings, door, portal, alice, now):
    door.driver_settings = settings
    with pytest.raises(Refusal, match="door_unreachable"):
        open_door(door, Terms(alice.resident, portal), now=now)
    row = AccessLog.objects.get()
    assert (row.state, pulses()) == ("unknown", 0)
    assert row.closed_at is not None
