import pytest

from tests.building.conftest import Visit
from visitor_portal.building.models import Ring, Waking
from visitor_portal.push import receipts

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


PHONE = "01JABCDEFGHJKMNPQRSTVWXYZ0"


@pytest.fixture
def told(visit, alice) -> str:
    """A phone of hers was told of the visit: its receipt."""
    Waking.objects.create(ring=Ring.objects.get(resident=alice.resident), phone=PHONE)
    return receipts.token(PHONE, visit.id, "shown")


def test_a_phone_says_with_its_receipt_that_it_shows_the_ring(api, visit, told):
    for _ in range(2):
        api.ok("receipt_session", visit.id, token=told, body={"stage": "shown"})
    assert api.ok("get_session", visit.id, token=visit.caller)["ring"] == {
        "devices": 1,
        "sent": 0,
        "shown": 1,
        "opened": 0,
    }
    assert (visit.now_is().state, visit.now_is().version) == ("ringing", 2)


def test_a_receipt_is_good_for_its_stage_and_its_visit_alone(api, visit, told, portal, entry):
    other = Visit(portal, entry)
    forged = told[:-1] + ("0" if told[-1] != "0" else "1")
    for visited, token, stage in ((visit, told, "opened"), (other, told, "shown"), (visit, forged, "shown")):
        assert api.refused("receipt_session", visited.id, token=token, body={"stage": stage}) == (403, "wrong_role")
    assert api.refused("receipt_session", PHONE, token=told, body={"stage": "shown"}) == (404, "not_found")
    assert visit.now_is().version == 1


@pytest.mark.parametrize("operation", ["get_session", "answer_session", "open_session", "decline_session"])
def test_a_receipt_opens_nothing(api, visit, told, operation):
    assert api.refused(operation, visit.id, token=told) == (403, "wrong_role")
