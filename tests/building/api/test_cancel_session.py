import pytest

from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method


def test_the_caller_hangs_up(api, visit):
    api.ok("cancel_session", visit.id, token=visit.caller)
    assert visit.now_is().state == "cancelled"
    assert visit.now_is().ended_at is not None


def test_hangs_up_after_the_answer_too(api, visit, alice):
    api.ok("answer_session", visit.id, token=visit.token(alice))
    api.ok("cancel_session", visit.id, token=visit.caller)
    assert visit.now_is().state == "cancelled"


def test_a_callee_does_not_cancel(api, visit, alice):
    assert api.refused("cancel_session", visit.id, token=visit.token(alice)) == (403, "wrong_role")
    assert visit.now_is().state == "pending"


def test_a_visit_that_is_over_says_how_it_ended(api, visit, alice):
    api.ok("decline_session", visit.id, token=visit.token(alice))
    status, said = api.send("cancel_session", visit.id, token=visit.caller)
    assert (status, said["error_code"], said["state"]) == (409, "session_over", "declined")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, visit, raw):
    api.ok("cancel_session", visit.id, token=visit.caller, raw=raw)


def test_the_token_may_come_in_the_query(api, visit):
    api.ok("cancel_session", visit.id, query=f"?token={visit.caller}")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, unknown):
    assert api.refused("cancel_session", unknown, token=visit.caller) == (404, "not_found")


def test_takes_no_other_method(api, visit):
    assert_no_other_method(api, "cancel_session", visit.id, token=visit.caller)
    assert visit.now_is().state == "pending"
