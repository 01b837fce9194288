"""The server's clock ends a visit, whether or not anybody writes it down."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from visitor_portal.building import sessions
from visitor_portal.building.refusals import Refusal

from .conftest import State, Visit, pulses

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ringing(clock, portal, entry, alice, bob, settings) -> Visit:
    settings.RING_SECONDS, settings.TALK_SECONDS = 60, 600
    return Visit(portal, entry)


def test_rings_for_its_seconds(ringing):
    assert ringing.now_is().expires_at == NOON + 60 * SECOND


@pytest.mark.parametrize(("after", "state"), [(59, "pending"), (60, "expired"), (61, "expired")])
def test_ringing_ends_at_its_deadline(ringing, clock, after, state):
    clock.move_to(NOON + after * SECOND)
    assert ringing.now_is().state_at(timezone.now()) == state


@pytest.mark.parametrize("act", [sessions.answer, sessions.decline, sessions.set_lights])
@pytest.mark.parametrize(("after", "is_over"), [(59, False), (60, True), (61, True)])
def test_a_callee_acts_before_the_deadline_only(ringing, alice, clock, act, after, is_over):
    clock.move_to(NOON + after * SECOND)
    try:
        act(ringing.seat(alice), now=timezone.now())
    except Refusal as refusal:
        assert is_over and (refusal.code, refusal.extra) == ("session_over", {"state": "expired"})
    else:
        assert not is_over


@pytest.mark.parametrize(("after", "moved"), [(59, 1), (60, 0), (61, 0)])
def test_no_door_opens_after_the_deadline(ringing, alice, clock, after, moved):
    clock.move_to(NOON + after * SECOND)
    try:
        sessions.open_session(ringing.seat(alice), key="tap", now=timezone.now())
    except Refusal as refusal:
        assert refusal.code == "session_over"
    assert pulses() == moved


@pytest.mark.parametrize(("after", "is_over"), [(59, False), (60, True), (61, True)])
def test_hanging_up_after_the_deadline_is_too_late(ringing, clock, after, is_over):
    clock.move_to(NOON + after * SECOND)
    try:
        sessions.cancel(ringing.seat(), now=timezone.now())
    except Refusal as refusal:
        assert is_over and refusal.code == "session_over"
    assert (ringing.now_is().state == State.CANCELLED) is not is_over


@pytest.mark.parametrize(("after", "state"), [(599, "active"), (600, "expired"), (601, "expired")])
def test_an_answer_gives_time_to_talk(ringing, alice, clock, after, state):
    clock.move_to(NOON + 59 * SECOND)
    sessions.answer(ringing.seat(alice), now=timezone.now())
    clock.shift(after)
    assert ringing.now_is().state_at(timezone.now()) == state


def test_a_late_receipt_does_not_bring_it_back(ringing, alice, clock):
    clock.move_to(NOON + 61 * SECOND)
    sessions.receipt(ringing.seat(alice), "shown", now=timezone.now())
    assert ringing.now_is().state_at(timezone.now()) == "expired"


@pytest.mark.parametrize("end", [sessions.decline, sessions.cancel])
def test_an_end_stays_what_it_was_after_the_deadline(ringing, alice, clock, end):
    end(ringing.seat(None if end is sessions.cancel else alice), now=timezone.now())
    before = ringing.now_is().state
    clock.shift(3600)
    assert ringing.now_is().state_at(timezone.now()) == before != "expired"
