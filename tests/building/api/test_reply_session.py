import pytest

from visitor_portal.building.models import Message

from .hostile import UNKNOWN_IDS, assert_no_other_method, bad_bodies

# Text and phrase may each be missing, and null is as good as missing.
BAD_BODIES = {
    how: raw
    for how, raw in bad_bodies(text="Coming", phrase="coming").items()
    if not how.startswith("without ") and how.split(": ")[-1] not in ("null", "blank", "spaces") or how == "null"
}
COMING = {"phrase": "coming"}


@pytest.mark.parametrize("body", [{"text": "Coming"}, {"phrase": "coming"}, {"text": "Coming", "phrase": "coming"}])
def test_a_callee_writes_and_both_sides_read(api, visit, alice, bob, body):
    assert api.ok("reply_session", visit.id, token=visit.token(alice), body=body) == {}
    for token in (visit.caller, visit.token(alice), visit.token(bob)):
        (line,) = api.ok("get_session", visit.id, token=token)["messages"]
        assert set(line) == {"id", "from", "at", *body}
        assert line["from"] == "callee" and body.items() <= line.items()


def test_the_visitor_never_reads_who_wrote(api, visit, alice):
    api.ok("reply_session", visit.id, token=visit.token(alice), body=COMING)
    api.ok("get_session", visit.id, token=visit.caller)
    said = api.last.content.decode()
    assert alice.resident.id not in said and "Alice" not in said


def test_whoever_lost_the_answer_may_still_write(api, visit, alice, bob):
    api.ok("answer_session", visit.id, token=visit.token(alice))
    api.ok("reply_session", visit.id, token=visit.token(bob), body=COMING)
    assert Message.objects.get().resident == bob.resident


def test_writing_answers_nothing(api, visit, alice):
    api.ok("reply_session", visit.id, token=visit.token(alice), body=COMING)
    assert (visit.now_is().state, visit.now_is().answered_by) == ("pending", None)


def test_the_visitor_does_not_reply(api, visit):
    assert api.refused("reply_session", visit.id, token=visit.caller, body=COMING) == (403, "wrong_role")
    assert not Message.objects.exists()


def test_says_how_long_to_wait_for_the_next_line(api, visit, alice):
    api.ok("reply_session", visit.id, token=visit.token(alice), body=COMING)
    refusal = api.refused("reply_session", visit.id, token=visit.token(alice), body=COMING)
    assert refusal == (429, "too_many_tries")
    assert 1 <= int(api.last["Retry-After"]) <= 10


def test_a_visit_that_is_over_says_how_it_ended(api, visit, alice):
    api.ok("cancel_session", visit.id, token=visit.caller)
    status, said = api.send("reply_session", visit.id, token=visit.token(alice), body=COMING)
    assert (status, said["error_code"], said["state"]) == (409, "session_over", "cancelled")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": None, "phrase": None}, {"text": " \n", "phrase": "\u202e"}]
)
def test_refuses_a_line_that_says_nothing(api, visit, alice, body):
    refusal = api.refused("reply_session", visit.id, token=visit.token(alice), body=body)
    assert refusal == (400, "invalid_request")


@pytest.mark.parametrize("body", [{"text": "x" * 201}, {"phrase": "x" * 41}, {"text": "x" * 60_000}])
def test_refuses_a_line_that_says_too_much(api, visit, alice, body):
    refusal = api.refused("reply_session", visit.id, token=visit.token(alice), body=body)
    assert refusal == (400, "invalid_request")


@pytest.mark.parametrize("how", BAD_BODIES)
def test_refuses_a_body_that_is_not_as_declared(api, visit, alice, how):
    refusal = api.refused("reply_session", visit.id, token=visit.token(alice), raw=BAD_BODIES[how])
    assert refusal == (400, "invalid_request")
    assert not Message.objects.exists()


def test_the_token_may_come_in_the_query(api, visit, alice):
    api.ok("reply_session", visit.id, query=f"?token={visit.token(alice)}", body=COMING)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, alice, unknown):
    refusal = api.refused("reply_session", unknown, token=visit.token(alice), body=COMING)
    assert refusal == (404, "not_found")


def test_takes_no_other_method(api, visit, alice):
    assert_no_other_method(api, "reply_session", visit.id, token=visit.token(alice), body=COMING)
    assert not Message.objects.exists()
