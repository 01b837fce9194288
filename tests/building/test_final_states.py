"""What is over stays over."""

from contextlib import suppress
from datetime import timedelta

import pytest

from visitor_portal.building import sessions
from visitor_portal.building.refusals import Refusal

from .conftest import bring, pulses

FINAL = ("accepted", "declined", "cancelled", "expired", "failed")


@pytest.mark.parametrize("way", FINAL)
def test_nothing_moves_any_more(visit, alice, bob, now, way):
    bring(visit, way, alice, bob)
    before, moved = visit.now_is(), pulses()
    later = now + timedelta(seconds=5)
    for resident in (alice, bob):
        for act in (sessions.answer, sessions.decline, sessions.set_lights):
            with suppress(Refusal):
                act(visit.seat(resident), now=later)
        with suppress(Refusal):
            sessions.open_session(visit.seat(resident), key=None, now=later)
        sessions.receipt(visit.seat(resident), "opened", now=later)
    with suppress(Refusal):
        sessions.cancel(visit.seat(), now=later)
    after = visit.now_is()
    kept = ("state", "answered_by_id", "answered_at", "ended_at", "expires_at", "door_opened")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert pulses() == moved


@pytest.mark.parametrize("way", FINAL)
def test_a_refusal_says_the_state_that_holds(visit, alice, bob, now, way):
    bring(visit, way, alice, bob)
    with pytest.raises(Refusal) as refused:
        sessions.set_lights(visit.seat(alice), now=now)
    assert (refused.value.status, refused.value.code, refused.value.extra) == (409, "session_over", {"state": way})


def test_hanging_up_twice_is_no_error_and_no_news(visit, now):
    sessions.cancel(visit.seat(), now=now)
    ended = visit.now_is()
    sessions.cancel(visit.seat(), now=now + timedelta(seconds=2))
    assert (visit.now_is().ended_at, visit.now_is().version) == (ended.ended_at, ended.version)


def test_declining_twice_is_no_error_and_no_news(visit, alice, now):
    sessions.decline(visit.seat(alice), now=now)
    ended = visit.now_is()
    sessions.decline(visit.seat(alice), now=now + timedelta(seconds=2))
    assert (visit.now_is().ended_at, visit.now_is().version) == (ended.ended_at, ended.version)
