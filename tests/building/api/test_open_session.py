import pytest

from tests.building.conftest import Visit, attempts, pulses
from visitor_portal.building.models import Building, Door, Opener

from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method


def test_opens_the_door(api, visit, alice):
    said = api.ok("open_session", visit.id, token=visit.token(alice))
    assert (said["ok"], said["door_open_duration_seconds"], pulses()) == (True, 7, 1)
    assert (said["opening"]["state"], said["opening"]["seen_open"]) == ("confirmed", True)
    assert visit.now_is().state == "accepted"


@pytest.mark.parametrize("fault", ["refuse", "dead", "silent", "lost"])
def test_a_door_that_did_not_open_says_what_is_known(api, visit, alice, fault):
    Opener.objects.update(settings={"fault": fault})
    status, said = api.send("open_session", visit.id, token=visit.token(alice))
    assert (status, said["error_code"]) == (503, "door_unreachable")
    assert said["opening"]["state"] == ("unknown" if fault in ("silent", "lost") else "refused")


def test_a_door_that_was_opened_a_moment_ago_says_how_long_to_wait(api, portal, entry, alice, bob):
    first, second = Visit(portal, entry), Visit(portal, entry)
    api.ok("open_session", first.id, token=first.token(alice))
    refusal = api.refused("open_session", second.id, token=second.token(alice))
    assert refusal == (429, "provider_open_rate_limited")
    assert api.last["Retry-After"] == "3"
    assert pulses() == 1


def test_the_same_key_again_is_the_same_answer(api, visit, alice):
    answers = [api.ok("open_session", visit.id, token=visit.token(alice), Idempotency_Key="tap") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (pulses(), len(attempts())) == (1, 1)


@pytest.mark.parametrize("fault", ["refuse", "silent"])
def test_the_same_key_again_is_the_same_failure(api, visit, alice, fault):
    Opener.objects.update(settings={"fault": fault})
    told = []
    for _ in range(2):
        status, said = api.send("open_session", visit.id, token=visit.token(alice), Idempotency_Key="tap")
        told.append((status, said | {"correlationId": ""}))
        Opener.objects.update(settings={})
    assert told[0] == told[1]
    assert len(attempts()) == 1


def test_without_a_key_the_second_try_meets_a_visit_that_is_over(api, visit, alice):
    api.ok("open_session", visit.id, token=visit.token(alice))
    assert api.refused("open_session", visit.id, token=visit.token(alice)) == (409, "session_over")
    assert pulses() == 1


def test_a_key_counts_for_its_visit_alone(api, portal, entry, alice):
    Building.objects.update(min_interval_ms=0)
    for visit in (Visit(portal, entry), Visit(portal, entry)):
        api.ok("open_session", visit.id, token=visit.token(alice), Idempotency_Key="tap")
    assert pulses() == 2


def test_a_key_proves_nothing(api, visit, alice):
    api.ok("open_session", visit.id, token=visit.token(alice), Idempotency_Key="tap")
    assert api.refused("open_session", visit.id, Idempotency_Key="tap") == (401, "invalid_token")
    caller = api.refused("open_session", visit.id, token=visit.caller, Idempotency_Key="tap")
    assert caller == (403, "wrong_role")


@pytest.mark.parametrize("key", ["x" * 8000, "\xe9\xff", " ", "a,b", "'; DROP TABLE"])
def test_takes_any_key(api, visit, alice, key):
    api.ok("open_session", visit.id, token=visit.token(alice), Idempotency_Key=key)
    assert pulses() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda: Door.objects.update(connected=False), 409, "door_not_connected"),
        (lambda: Opener.objects.all().delete(), 409, "door_not_connected"),
        (lambda: Opener.objects.update(driver="no such driver"), 503, "door_unreachable"),
        (lambda: Door.objects.update(hold="hold_closed"), 403, "held_closed"),
    ],
)
def test_a_door_that_cannot_open_is_a_refusal(api, visit, alice, change, status, code):
    change()
    assert api.refused("open_session", visit.id, token=visit.token(alice)) == (status, code)
    assert attempts()[0].reason == code


def test_a_callee_without_a_right_to_the_door(api, visit, door, alice):
    door.accesses.all().delete()
    assert api.refused("open_session", visit.id, token=visit.token(alice)) == (403, "wrong_role")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, visit, alice, raw):
    api.ok("open_session", visit.id, token=visit.token(alice), raw=raw)


def test_the_token_may_come_in_the_query(api, visit, alice):
    api.ok("open_session", visit.id, query=f"?token={visit.token(alice)}")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, alice, unknown):
    assert api.refused("open_session", unknown, token=visit.token(alice)) == (404, "not_found")


def test_takes_no_other_method(api, visit, alice):
    assert_no_other_method(api, "open_session", visit.id, token=visit.token(alice))
    assert pulses() == 0
