from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.conftest import person
from visitor_portal.building.models import Access, Building, Light

from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_resident_with_a_right_to_the_door(api, portal, alice):
    with time_machine.travel(NOON, tick=False):
        api.ok("set_portal_lights", portal.public_id, token=alice.key)
    assert Light.objects.get().on_until == NOON + timedelta(seconds=90)


def test_the_key_may_come_in_the_query(api, portal, alice):
    api.ok("set_portal_lights", portal.public_id, query=f"?token={alice.key}")


def test_nobody_else(api, portal, visit, mallory, alice):
    stranger = person(Building.objects.create(name={}), "Stranger")
    for token in (None, "", "wrong", "resident_wrong", mallory.key, stranger.key, visit.caller, visit.token(alice)):
        assert api.refused("set_portal_lights", portal.public_id, token=token) == (403, "wrong_role")
    assert Light.objects.get().on_until is None


def test_not_outside_the_window_of_the_right(api, portal, alice):
    Access.objects.update(valid_to=NOON)
    with time_machine.travel(NOON, tick=False):
        assert api.refused("set_portal_lights", portal.public_id, token=alice.key) == (403, "wrong_role")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, portal, alice, raw):
    api.ok("set_portal_lights", portal.public_id, token=alice.key, raw=raw)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, alice, unknown):
    assert api.refused("set_portal_lights", unknown, token=alice.key) == (404, "not_found")


def test_takes_no_other_method(api, portal, alice):
    assert_no_other_method(api, "set_portal_lights", portal.public_id, token=alice.key)
    assert Light.objects.get().on_until is None
