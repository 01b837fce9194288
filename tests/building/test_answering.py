"""The first answer wins."""

from datetime import timedelta

import pytest

from visitor_portal.building import sessions
from visitor_portal.building.refusals import Refusal

from .conftest import State, Visit
from .threads import together


def test_an_answer_makes_the_visit_active(visit, alice, now, settings):
    sessions.answer(visit.seat(alice), now=now)
    session = visit.now_is()
    assert (session.state, session.answered_by, session.answered_at) == (State.ACTIVE, alice.resident, now)
    assert session.expires_at == now + timedelta(seconds=settings.TALK_SECONDS)


def test_the_second_to_answer_is_told_who_was_first(visit, alice, bob, now):
    sessions.answer(visit.seat(alice), now=now)
    with pytest.raises(Refusal) as refused:
        sessions.answer(visit.seat(bob), now=now)
    assert (refused.value.status, refused.value.code) == (409, "answered_elsewhere")
    assert refused.value.extra == {"answered_by": "Alice"}
    assert visit.now_is().answered_by == alice.resident


def test_the_winner_answering_again_changes_nothing(visit, alice, now):
    sessions.answer(visit.seat(alice), now=now)
    first = visit.now_is()
    sessions.answer(visit.seat(alice), now=now + timedelta(seconds=5))
    again = visit.now_is()
    assert (again.answered_at, again.expires_at, again.version) == (
        first.answered_at,
        first.expires_at,
        first.version,
    )


def test_the_loser_ends_nothing(visit, alice, bob, now):
    sessions.answer(visit.seat(alice), now=now)
    with pytest.raises(Refusal, match="answered_elsewhere") as refused:
        sessions.decline(visit.seat(bob), now=now)
    assert refused.value.extra == {"answered_by": "Alice"}
    assert visit.now_is().state == State.ACTIVE


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("attempt", range(5))
def test_of_many_at_once_one_wins(visit, alice, bob, now, attempt):
    def answer(who):
        sessions.answer(visit.seat(who), now=now)
        return who.resident.name

    results = together(*[lambda who=who: answer(who) for who in (alice, bob) for _ in range(5)])
    winner = visit.now_is().answered_by
    assert winner and visit.now_is().version == 2
    assert results.count(winner.name) == 5
    lost = [result for result in results if isinstance(result, Refusal)]
    assert [refusal.code for refusal in lost] == ["answered_elsewhere"] * 5
    assert all(refusal.extra == {"answered_by": winner.name} for refusal in lost)


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("attempt", range(5))
def test_answer_and_hang_up_at_once_end_in_one_clear_state(portal, entry, alice, bob, now, attempt):
    visit = Visit(portal, entry)
    answered, cancelled = together(
        lambda: sessions.answer(visit.seat(alice), now=now), lambda: sessions.cancel(visit.seat(), now=now)
    )
    # Hanging up is possible before and after the answer; the answer only before it.
    assert (visit.now_is().state, cancelled) == (State.CANCELLED, None)
    assert answered is None or answered.code == "session_over"
    assert (visit.now_is().answered_by is None) is (answered is not None)
