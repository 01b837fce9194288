from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.building.conftest import Visit
from visitor_portal.building.models import Door, Light

from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_callee_turns_the_lights_of_this_door_on(api, portal, entry, building, alice):
    other = Light.objects.create(door=Door.objects.create(building=building, name={}), label={})
    with time_machine.travel(NOON, tick=False):
        visit = Visit(portal, entry)
        api.ok("set_session_lights", visit.id, token=visit.token(alice))
    assert Light.objects.get(door=portal.door).on_until == NOON + timedelta(seconds=90)
    assert Light.objects.get(id=other.id).on_until is None


def test_without_lights_there_is_nothing_to_do(api, visit, alice):
    Light.objects.all().delete()
    api.ok("set_session_lights", visit.id, token=visit.token(alice))


def test_the_caller_stands_in_the_dark(api, visit):
    assert api.refused("set_session_lights", visit.id, token=visit.caller) == (403, "wrong_role")
    assert Light.objects.get().on_until is None


def test_not_after_the_visit(api, visit, alice):
    api.ok("cancel_session", visit.id, token=visit.caller)
    assert api.refused("set_session_lights", visit.id, token=visit.token(alice)) == (409, "session_over")
    assert Light.objects.get().on_until is None


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, visit, alice, raw):
    api.ok("set_session_lights", visit.id, token=visit.token(alice), raw=raw)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, alice, unknown):
    assert api.refused("set_session_lights", unknown, token=visit.token(alice)) == (404, "not_found")


def test_takes_no_other_method(api, visit, alice):
    assert_no_other_method(api, "set_session_lights", visit.id, token=visit.token(alice))
    assert Light.objects.get().on_until is None
