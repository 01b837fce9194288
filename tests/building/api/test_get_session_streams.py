import pytest

from tests.building.conftest import bring

from .hostile import UNKNOWN_IDS, assert_no_other_method


@pytest.mark.parametrize("way", ["active alice", "accepted"])
def test_no_camera_is_attached(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    for token in (visit.caller, visit.token(alice), visit.token(bob)):
        assert api.ok("get_session_streams", visit.id, token=token) == {"device_ids": []}


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
