import pytest

from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method


def test_answers_and_says_the_session(api, visit, alice):
    said = api.ok("answer_session", visit.id, token=visit.token(alice))
    assert (said["state"], said["role"], visit.now_is().answered_by) == ("active", "callee", alice.resident)


def test_the_second_learns_who_was_first(api, visit, alice, bob):
    api.ok("answer_session", visit.id, token=visit.token(alice))
    status, said = api.send("answer_session", visit.id, token=visit.token(bob))
    assert (status, said["error_code"], said["answered_by"]) == (409, "answered_elsewhere", "Alice")


def test_a_visit_that_is_over_says_how_it_ended(api, visit, alice):
    api.ok("cancel_session", visit.id, token=visit.caller)
    status, said = api.send("answer_session", visit.id, token=visit.token(alice))
    assert (status, said["error_code"], said["state"]) == (409, "session_over", "cancelled")


def test_the_caller_does_not_answer_the_own_call(api, visit):
    assert api.refused("answer_session", visit.id, token=visit.caller) == (403, "wrong_role")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, visit, alice, raw):
    api.ok("answer_session", visit.id, token=visit.token(alice), raw=raw)


def test_the_token_may_come_in_the_query(api, visit, alice):
    api.ok("answer_session", visit.id, query=f"?token={visit.token(alice)}")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, alice, unknown):
    assert api.refused("answer_session", unknown, token=visit.token(alice)) == (404, "not_found")


def test_takes_no_other_method(api, visit, alice):
    assert_no_other_method(api, "answer_session", visit.id, token=visit.token(alice))
    assert visit.now_is().state == "pending"
