import pytest

from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method


def test_a_callee_says_no(api, visit, alice):
    api.ok("decline_session", visit.id, token=visit.token(alice))
    assert visit.now_is().state == "declined"
    assert api.ok("get_session", visit.id, token=visit.caller)["state"] == "declined"


def test_hangs_up_after_answering(api, visit, alice):
    api.ok("answer_session", visit.id, token=visit.token(alice))
    api.ok("decline_session", visit.id, token=visit.token(alice))
    assert visit.now_is().state == "declined"


def test_ends_no_call_that_a_flatmate_answered(api, visit, alice, bob):
    api.ok("answer_session", visit.id, token=visit.token(alice))
    status, said = api.send("decline_session", visit.id, token=visit.token(bob))
    assert (status, said["error_code"], said["answered_by"]) == (409, "answered_elsewhere", "Alice")
    assert visit.now_is().state == "active"


def test_the_caller_does_not_decline(api, visit):
    assert api.refused("decline_session", visit.id, token=visit.caller) == (403, "wrong_role")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, visit, alice, raw):
    api.ok("decline_session", visit.id, token=visit.token(alice), raw=raw)


def test_the_token_may_come_in_the_query(api, visit, alice):
    api.ok("decline_session", visit.id, query=f"?token={visit.token(alice)}")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, alice, unknown):
    assert api.refused("decline_session", unknown, token=visit.token(alice)) == (404, "not_found")


def test_takes_no_other_method(api, visit, alice):
    assert_no_other_method(api, "decline_session", visit.id, token=visit.token(alice))
    assert visit.now_is().state == "pending"
