import pytest

from tests.building.conftest import attempts, pulses
from visitor_portal.building.models import Door, Opener

from .hostile import UNKNOWN_IDS, assert_no_other_method


def test_a_door_that_answers_is_reachable(api, portal):
    assert api.ok("get_portal_reachable", portal.public_id) == {"reachable": True}


def test_a_door_that_does_not_answer_may_be_tried_again(api, portal):
    Opener.objects.update(settings={"fault": "dead"})
    assert api.ok("get_portal_reachable", portal.public_id) == {"reachable": False}


def test_without_a_door_trying_again_cannot_help(api, portal):
    Door.objects.update(connected=False)
    assert api.ok("get_portal_reachable", portal.public_id) == {
        "reachable": False,
        "reason": "door_not_connected",
    }


@pytest.mark.parametrize("change", [{"driver": "no such driver"}, {"settings": [7]}, {"sealed": "nonsense"}])
def test_a_door_that_is_set_up_wrongly_is_out_of_reach(api, portal, change):
    Opener.objects.update(**change)
    assert api.ok("get_portal_reachable", portal.public_id) == {"reachable": False}


def test_one_opener_that_answers_is_enough(api, portal, door):
    Opener.objects.update(settings={"fault": "dead"})
    Opener.objects.create(door=door, position=1)
    assert api.ok("get_portal_reachable", portal.public_id) == {"reachable": True}


def test_without_an_opener_there_is_no_door(api, portal):
    Opener.objects.all().delete()
    assert api.ok("get_portal_reachable", portal.public_id) == {
        "reachable": False,
        "reason": "door_not_connected",
    }


def test_asking_moves_nothing(api, portal):
    api.ok("get_portal_reachable", portal.public_id)
    assert (pulses(), len(attempts())) == (0, 0)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, portal, unknown):
    assert api.refused("get_portal_reachable", unknown) == (404, "not_found")


def test_takes_no_other_method(api, portal):
    assert_no_other_method(api, "get_portal_reachable", portal.public_id)
