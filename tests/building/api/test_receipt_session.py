import pytest

from visitor_portal.building.models import Ring

from .hostile import UNKNOWN_IDS, assert_no_other_method, bad_bodies

BAD_BODIES = bad_bodies(stage="shown")


@pytest.mark.parametrize(("stage", "field"), [("shown", "shown_at"), ("opened", "opened_at")])
def test_a_device_tells_what_it_did(api, visit, alice, bob, stage, field):
    api.ok("receipt_session", visit.id, token=visit.token(alice), body={"stage": stage})
    told = {ring.resident.name: getattr(ring, field) is not None for ring in Ring.objects.select_related("resident")}
    assert told == {"Alice": True, "Bob": False}
    assert visit.now_is().state == "ringing"


def test_the_caller_learns_that_it_rings(api, visit, alice):
    before = api.ok("get_session", visit.id, token=visit.caller)
    api.ok("receipt_session", visit.id, token=visit.token(alice), body={"stage": "shown"})
    after = api.ok("get_session", visit.id, token=visit.caller)
    assert (before["state"], after["state"]) == ("pending", "ringing")
    assert (before["ring"]["shown"], after["ring"]["shown"]) == (0, 1)
    assert after["version"] > before["version"]


def test_telling_twice_changes_nothing(api, visit, alice):
    for _ in range(3):
        api.ok("receipt_session", visit.id, token=visit.token(alice), body={"stage": "shown"})
    assert visit.now_is().version == 2


def test_a_receipt_after_the_answer_does_not_ring_again(api, visit, alice, bob):
    api.ok("answer_session", visit.id, token=visit.token(alice))
    api.ok("receipt_session", visit.id, token=visit.token(bob), body={"stage": "shown"})
    assert visit.now_is().state == "active"


def test_the_caller_sends_no_receipt(api, visit):
    refusal = api.refused("receipt_session", visit.id, token=visit.caller, body={"stage": "shown"})
    assert refusal == (403, "wrong_role")


@pytest.mark.parametrize("stage", ["Shown", "closed", "shown ", "opened_at", "pk", "x" * 5000])
def test_refuses_a_stage_that_it_does_not_know(api, visit, alice, stage):
    refusal = api.refused("receipt_session", visit.id, token=visit.token(alice), body={"stage": stage})
    assert refusal == (400, "invalid_request")
    assert visit.now_is().version == 1


@pytest.mark.parametrize("how", BAD_BODIES)
def test_refuses_a_body_that_is_not_as_declared(api, visit, alice, how):
    refusal = api.refused("receipt_session", visit.id, token=visit.token(alice), raw=BAD_BODIES[how])
    assert refusal == (400, "invalid_request")
    assert visit.now_is().version == 1


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, alice, unknown):
    refusal = api.refused("receipt_session", unknown, token=visit.token(alice), body={"stage": "shown"})
    assert refusal == (404, "not_found")


def test_takes_no_other_method(api, visit, alice):
    assert_no_other_method(api, "receipt_session", visit.id, token=visit.token(alice), body={"stage": "shown"})
    assert visit.now_is().version == 1
