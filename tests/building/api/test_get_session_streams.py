from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.building.conftest import bring
from visitor_portal.building.models import Camera

from .hostile import UNKNOWN_IDS, assert_no_other_method

SEEN = {
    "device_ids": ["front", "yard"],
    "cameras": [{"device_id": "front", "label": "Front"}, {"device_id": "yard", "label": "Yard"}],
}
NONE: dict[str, list[str]] = {"device_ids": []}


@pytest.fixture
def cameras(portal) -> None:
    Camera.objects.create(portal=portal, device_id="yard", label="Yard", position=2)
    Camera.objects.create(portal=portal, device_id="front", label="Front", position=1)


@pytest.mark.parametrize("way", ["active alice", "accepted"])
def test_who_answered_sees_the_signs_cameras(api, visit, alice, bob, cameras, way):
    bring(visit, way, alice, bob)
    assert api.ok("get_session_streams", visit.id, token=visit.token(alice)) == SEEN
    assert api.ok("get_session", visit.id, token=visit.token(alice))["portal_camera_device_ids"] == ["front", "yard"]


@pytest.mark.parametrize("way", ["active alice", "accepted"])
def test_the_visitor_and_the_flatmate_see_none(api, visit, alice, bob, cameras, way):
    bring(visit, way, alice, bob)
    for token in (visit.caller, visit.token(bob)):
        assert api.ok("get_session_streams", visit.id, token=token) == NONE
        assert "portal_camera_device_ids" not in api.ok("get_session", visit.id, token=token)


def test_the_pictures_end_when_the_door_shuts(api, visit, alice, bob, cameras, door):
    bring(visit, "accepted", alice, bob)
    for seconds, seen in ((door.open_seconds - 1, SEEN), (door.open_seconds + 1, NONE)):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
            assert api.ok("get_session_streams", visit.id, token=visit.token(alice)) == seen


def test_a_sign_without_cameras_has_none(api, visit, alice, bob):
    bring(visit, "active alice", alice, bob)
    assert api.ok("get_session_streams", visit.id, token=visit.token(alice)) == NONE


@pytest.mark.parametrize("way", ["pending", "ringing", "declined", "cancelled", "expired", "failed"])
def test_nobody_looks_before_the_answer_or_after_the_end(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    for token in (visit.caller, visit.token(alice)):
        assert api.refused("get_session_streams", visit.id, token=token) == (403, "wrong_role")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, unknown):
    assert api.refused("get_session_streams", unknown, token=visit.caller) == (404, "not_found")


def test_takes_no_other_method(api, visit):
    assert_no_other_method(api, "get_session_streams", visit.id, token=visit.caller)
