from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.conftest import person
from visitor_portal.building.models import Access, AccessLog, Building, Door, Invite, Light

from .conftest import guest_at
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


@pytest.mark.parametrize("types", [["REMOTE"], ["SCAN"]])
def test_a_guest_whose_invite_holds(api, portal, door, types):
    api.shows(guest_at(door, *types)).ok("set_portal_lights", portal.public_id)
    assert Light.objects.get().on_until is not None


@pytest.mark.parametrize(
    "fields", [{"revoked_at": NOON}, {"is_enabled": False}, {"max_uses": 0}, {"access": {"status": "deleted"}}]
)
def test_no_guest_whose_invite_does_not_hold(api, portal, door, fields):
    assert api.shows(guest_at(door, **fields)).refused("set_portal_lights", portal.public_id) == (403, "wrong_role")
    assert Light.objects.get().on_until is None


def test_spends_no_use_and_takes_no_turn(api, portal, door):
    api.shows(guest_at(door, max_uses=1))
    for _ in range(3):
        api.ok("set_portal_lights", portal.public_id)
    assert (Invite.objects.get().uses, Building.objects.get(id=door.building_id).next_open_at) == (0, None)
    assert not AccessLog.objects.exists()


def test_not_where_the_door_is_held_closed(api, portal, alice):
    Door.objects.update(hold="hold_closed")
    assert api.refused("set_portal_lights", portal.public_id, token=alice.key) == (403, "wrong_role")


def test_lights_that_do_not_answer(api, portal, alice):
    Light.objects.update(settings={"fault": "dead"})
    assert api.refused("set_portal_lights", portal.public_id, token=alice.key) == (503, "light_unreachable")
    assert Light.objects.get().on_until is None


def test_one_light_that_answers_is_enough(api, portal, door, alice):
    dark = Light.objects.create(door=door, label={"en": "Cellar"}, settings={"fault": "dead"})
    api.ok("set_portal_lights", portal.public_id, token=alice.key)
    assert [light.id for light in Light.objects.filter(on_until=None)] == [dark.id]


def test_the_lights_of_this_door_alone(api, portal, building, alice):
    other = Light.objects.create(door=Door.objects.create(building=building, name={}), label={})
    api.ok("set_portal_lights", portal.public_id, token=alice.key)
    assert Light.objects.get(id=other.id).on_until is None


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
