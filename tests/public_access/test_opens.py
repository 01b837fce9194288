"""When a door counts as opened: never on less than the documented success."""

import httpx
import pytest

from visitor_portal.public_access import Refused, TooSoon, Unknown, Unreachable
from visitor_portal.public_access.wire import Opened, Opening

from .operations import BODYLESS_OPENS, OPENS, outcome
from .test_answers import GARBAGE


@pytest.mark.parametrize("name", BODYLESS_OPENS)
@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_without_a_body_is_confirmed(upstream, client, name, status):
    upstream.says(status)
    assert (await outcome(client, name)).confirmed


@pytest.mark.parametrize("name", BODYLESS_OPENS)
async def test_a_2xx_with_a_body_nobody_declared_is_confirmed(upstream, client, name):
    for body in GARBAGE.values():
        upstream.says(200, content=body)
        assert (await outcome(client, name)).confirmed


async def test_execute_with_an_unreadable_answer_is_unknown(upstream, client):
    for body in GARBAGE.values():
        upstream.says(200, content=body)
        assert isinstance(await outcome(client, "execute_invite"), Unknown)


@pytest.mark.parametrize("ok", ["true", "yes", 1, 1.0, None, [], {}, [True]])
async def test_execute_needs_a_literal_true(upstream, client, ok):
    upstream.says(200, json={"ok": ok})
    assert isinstance(await outcome(client, "execute_invite"), Unknown)


async def test_execute_without_ok_is_unknown(upstream, client):
    upstream.says(200, json={"message": "Opened"})
    assert isinstance(await outcome(client, "execute_invite"), Unknown)


async def test_execute_that_says_true_is_confirmed(upstream, client):
    upstream.says(200, json={"ok": True, "message": "Come in", "uses_remaining": 2})
    executed = await outcome(client, "execute_invite")
    assert (executed.ok, executed.confirmed, executed.message, executed.uses_remaining) == (
        True,
        True,
        "Come in",
        2,
    )


async def test_execute_that_says_false_is_refused(upstream, client):
    upstream.says(200, json={"ok": False, "message": "Not now"})
    executed = await outcome(client, "execute_invite")
    assert (executed.ok, executed.opening.state, executed.message) == (False, "refused", "Not now")


@pytest.mark.parametrize("name", OPENS)
@pytest.mark.parametrize("state", ["unknown", "refused", "sent", "requested"])
async def test_an_opening_that_says_less_is_not_made_more(upstream, client, name, state):
    upstream.says(200, json={"ok": True, "opening": {"state": state, "seen_open": None}})
    opened = await outcome(client, name)
    assert (opened.opening.state, opened.confirmed) == (state, False)


@pytest.mark.parametrize("opening", ["confirmed", {}, {"state": "open"}, {"state": True}, [], 1, False])
async def test_an_opening_nobody_can_read_is_unknown(upstream, client, opening):
    upstream.says(200, json={"ok": True, "opening": opening})
    for name in OPENS:
        assert (await outcome(client, name)).opening.state == "unknown"


@pytest.mark.parametrize("name", OPENS)
async def test_two_statements_that_disagree_are_unknown(upstream, client, name):
    upstream.says(200, json={"ok": False, "opening": {"state": "confirmed"}})
    assert (await outcome(client, name)).opening.state == "unknown"


@pytest.mark.parametrize(("ok", "state"), [(False, "refused"), ("false", "unknown"), (0, "unknown")])
@pytest.mark.parametrize("name", BODYLESS_OPENS)
async def test_a_bodyless_open_that_says_no_after_all_is_believed(upstream, client, name, ok, state):
    upstream.says(200, json={"ok": ok})
    assert (await outcome(client, name)).opening.state == state


@pytest.mark.parametrize("name", OPENS)
async def test_what_comes_with_an_open_is_read(upstream, client, name):
    upstream.says(
        200,
        json={
            "ok": True,
            "opening": {"state": "confirmed", "seen_open": True, "milliseconds": 412},
            "door_auto_close_duration": 5,
            "door_open_duration_seconds": 4,
            "lights_auto_off_duration": {"l1": 60, "l2": "long"},
            "degradation": {"delay_ms": 1500},
        },
    )
    opened = await outcome(client, name)
    assert (opened.opening.seen_open, opened.opening.milliseconds) == (True, 412)
    assert (opened.door_auto_close_duration, opened.door_open_duration_seconds) == (5, 4)
    assert opened.lights_auto_off_duration == {"l1": 60}
    assert opened.degradation == {"delay_ms": 1500}


@pytest.mark.parametrize("name", OPENS)
async def test_a_door_that_was_surely_not_reached_is_a_refusal(upstream, client, name):
    upstream.says(503, json={"error_code": "door_unreachable", "opening": {"state": "refused"}})
    error = await outcome(client, name)
    assert type(error) is Refused
    assert (error.status, error.code, error.opening) == (503, "door_unreachable", Opening("refused"))


@pytest.mark.parametrize("name", OPENS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, {"error_code": "door_unreachable"}),
        (503, {"error_code": "door_unreachable", "opening": {"state": "unknown"}}),
        (503, {"error_code": "busy", "opening": {"state": "refused"}}),
        (502, {"error_code": "door_unreachable", "opening": {"state": "refused"}}),
        (500, {"ok": True, "opening": {"state": "confirmed"}}),
    ],
)
async def test_any_other_5xx_is_unknown(upstream, client, name, status, body):
    upstream.says(status, json=body)
    assert isinstance(await outcome(client, name), Unknown)


@pytest.mark.parametrize("name", OPENS)
async def test_too_soon_says_when(upstream, client, name):
    upstream.says(429, json={"error_code": "provider_open_rate_limited"}, headers={"Retry-After": "3"})
    error = await outcome(client, name)
    assert isinstance(error, TooSoon)
    assert (error.code, error.retry_after) == ("provider_open_rate_limited", 3)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (httpx.ConnectError("no"), Unreachable),
        (httpx.ConnectTimeout("no"), Unreachable),
        (httpx.PoolTimeout("no"), Unreachable),
        (httpx.WriteError("no"), Unknown),
        (httpx.WriteTimeout("no"), Unknown),
        (httpx.ReadTimeout("no"), Unknown),
        (httpx.ReadError("no"), Unknown),
        (httpx.RemoteProtocolError("no"), Unknown),
    ],
)
async def test_only_a_connection_that_was_never_made_is_surely_unsent(upstream, client, broken, kind):
    upstream.fails(broken)
    for name in OPENS:
        assert type(await outcome(client, name)) is kind


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_an_open_is_never_sent_twice(upstream, client, status):
    upstream.says(status, headers={"Retry-After": "0"})
    for name in OPENS:
        await outcome(client, name)
    assert len(upstream.requests) == len(OPENS)


@pytest.mark.parametrize("state", ["confirmed", "unknown", "refused"])
def test_what_a_building_says_is_what_a_portal_reads(state):
    said = Opened(Opening(state), message="Hello")
    assert Opened.from_json(said.to_json()) == said
