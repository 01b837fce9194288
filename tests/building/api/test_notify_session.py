from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.building.conftest import Visit
from visitor_portal.building.models import Message

from .hostile import UNKNOWN_IDS, assert_no_other_method, bad_bodies

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
BAD_BODIES = bad_bodies(text="At the gate")
HELLO = {"text": "At the gate"}


@pytest.mark.parametrize("mode", ["voice", "video", "message"])
def test_the_visitor_writes_and_both_sides_read(api, portal, entry, alice, mode):
    visit = Visit(portal, entry, mode=mode)
    assert api.ok("notify_session", visit.id, token=visit.caller, body=HELLO) == {}
    for token in (visit.caller, visit.token(alice)):
        (line,) = api.ok("get_session", visit.id, token=token)["messages"]
        assert set(line) == {"id", "from", "text", "at"}
        assert (line["from"], line["text"]) == ("caller", "At the gate")


def test_a_visit_without_lines_has_an_empty_list(api, visit):
    assert not api.ok("get_session", visit.id, token=visit.caller).get("messages")


def test_the_newest_line_is_the_last(api, portal, entry, alice):
    with time_machine.travel(NOON, tick=False) as clock:
        visit = Visit(portal, entry, mode="message")
        for text in ("one", "two", "three"):
            api.ok("notify_session", visit.id, token=visit.caller, body={"text": text})
            clock.shift(10)
        lines = api.ok("get_session", visit.id, token=visit.caller)["messages"]
    assert [line["text"] for line in lines] == ["one", "two", "three"]
    assert [datetime.fromisoformat(line["at"]) for line in lines] == [
        NOON + timedelta(seconds=second) for second in (0, 10, 20)
    ]


def test_what_could_hide_or_turn_is_left_out(api, visit):
    api.ok("notify_session", visit.id, token=visit.caller, body={"text": "pay \u202egnp.exe\u0007 now\n"})
    assert Message.objects.get().text == "pay gnp.exe now"


def test_a_callee_does_not_write_as_the_visitor(api, visit, alice):
    refusal = api.refused("notify_session", visit.id, token=visit.token(alice), body=HELLO)
    assert refusal == (403, "wrong_role")
    assert not Message.objects.exists()


def test_says_how_long_to_wait_for_the_next_line(api, visit):
    api.ok("notify_session", visit.id, token=visit.caller, body=HELLO)
    assert api.refused("notify_session", visit.id, token=visit.caller, body=HELLO) == (429, "too_many_tries")
    assert 1 <= int(api.last["Retry-After"]) <= 10


def test_five_lines_are_enough(api, portal, entry, alice):
    with time_machine.travel(NOON, tick=False) as clock:
        visit = Visit(portal, entry, mode="message")
        statuses = []
        for _ in range(7):
            statuses.append(api.send("notify_session", visit.id, token=visit.caller, body=HELLO)[0])
            clock.shift(10)
    assert statuses == [200] * 5 + [429] * 2
    assert "Retry-After" not in api.last


def test_a_thousand_posts_are_five_lines(api, portal, entry, alice):
    with time_machine.travel(NOON, tick=False) as clock:
        visit = Visit(portal, entry, mode="message")
        statuses = []
        for _ in range(1000):
            statuses.append(api.send("notify_session", visit.id, token=visit.caller, body=HELLO)[0])
            clock.shift(0.5)
    assert (statuses.count(200), statuses.count(429), Message.objects.count()) == (5, 995, 5)


@pytest.mark.parametrize("who", ["caller", "alice"])
def test_says_how_many_lines_are_left_while_there_may_be_any(api, visit, alice, who):
    token = visit.caller if who == "caller" else visit.token(alice)
    assert api.ok("get_session", visit.id, token=token)["writing"] == {"left": 5, "phrases": True}
    api.ok("notify_session", visit.id, token=visit.caller, body=HELLO)
    left = 4 if who == "caller" else 5
    assert api.ok("get_session", visit.id, token=token)["writing"]["left"] == left
    api.ok("cancel_session", visit.id, token=visit.caller)
    assert "writing" not in api.ok("get_session", visit.id, token=token)


def test_a_phrase_goes_beside_its_text(api, visit):
    body = {"text": "A delivery for you", "phrase": "delivery"}
    api.ok("notify_session", visit.id, token=visit.caller, body=body)
    (line,) = api.ok("get_session", visit.id, token=visit.caller)["messages"]
    assert {name: line[name] for name in body} == body


def test_a_phrase_alone_is_no_published_line(api, visit):
    refusal = api.refused("notify_session", visit.id, token=visit.caller, body={"phrase": "delivery"})
    assert refusal == (400, "invalid_request")


def test_a_visit_that_is_over_says_how_it_ended(api, visit):
    api.ok("cancel_session", visit.id, token=visit.caller)
    status, said = api.send("notify_session", visit.id, token=visit.caller, body=HELLO)
    assert (status, said["error_code"], said["state"]) == (409, "session_over", "cancelled")


@pytest.mark.parametrize("how", BAD_BODIES)
def test_refuses_a_body_that_is_not_as_declared(api, visit, how):
    refusal = api.refused("notify_session", visit.id, token=visit.caller, raw=BAD_BODIES[how])
    assert refusal == (400, "invalid_request")
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["\u202e\u2066", "x" * 201, "x" * 60_000])
def test_refuses_a_line_that_says_nothing_or_too_much(api, visit, text):
    refusal = api.refused("notify_session", visit.id, token=visit.caller, body={"text": text})
    assert refusal == (400, "invalid_request")


def test_the_token_may_come_in_the_query(api, visit):
    api.ok("notify_session", visit.id, query=f"?token={visit.caller}", body=HELLO)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, visit, unknown):
    assert api.refused("notify_session", unknown, token=visit.caller, body=HELLO) == (404, "not_found")


def test_takes_no_other_method(api, visit):
    assert_no_other_method(api, "notify_session", visit.id, token=visit.caller, body=HELLO)
    assert not Message.objects.exists()
