import time

import httpx
import pytest

from .operations import WRITES, outcome


@pytest.mark.parametrize("name", WRITES)
async def test_a_post_is_never_sent_twice(upstream, client, name):
    upstream.says(503, headers={"Retry-After": "0"})
    await outcome(client, name)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_read_is_tried_twice_and_no_more(upstream, client, status):
    upstream.says(status)
    await outcome(client, "get_portal")
    assert len(upstream.requests) == 2


async def test_a_read_is_tried_again_when_nothing_was_sent(upstream, client):
    upstream.fails(httpx.ConnectError("no"))
    await outcome(client, "get_portal")
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 501, 302])
async def test_a_read_is_not_tried_again_for_another_reason(upstream, client, status):
    upstream.says(status, headers={"Retry-After": "0"})
    await outcome(client, "get_portal")
    assert len(upstream.requests) == 1


async def test_a_read_whose_answer_got_lost_is_not_tried_again(upstream, client):
    upstream.fails(httpx.ReadTimeout("no"))
    await outcome(client, "get_portal")
    assert len(upstream.requests) == 1


async def test_the_second_answer_counts(upstream, client):
    answers = iter([httpx.Response(503), httpx.Response(200, json={"public_portal_id": "p1"})])
    upstream.answer = lambda request: next(answers)
    assert (await client.get_portal("p1")).public_portal_id == "p1"


@pytest.mark.parametrize(("asked", "least", "tries"), [("1", 1.0, 2), ("3", 0.0, 1)])
async def test_a_short_wait_is_honoured_and_a_long_one_means_no_second_try(upstream, client, asked, least, tries):
    upstream.says(503, headers={"Retry-After": asked})
    started = time.monotonic()
    await outcome(client, "get_portal")
    assert time.monotonic() - started >= least
    assert len(upstream.requests) == tries


async def test_there_is_no_second_try_without_time_for_it(upstream):
    upstream.says(503)
    await outcome(upstream.client(read_deadline=0.05), "get_portal")
    assert len(upstream.requests) == 1
