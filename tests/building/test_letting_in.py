"""The callee opens: the door, the session and the log agree."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from visitor_portal.building import access_log, sessions
from visitor_portal.building.access_log import Attempt
from visitor_portal.building.drivers import DRIVERS, Outcome, Wiring
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import AccessLog, Building, Opener
from visitor_portal.building.refusals import Refusal

from .conftest import State, Visit, attempts, pulses
from .threads import together


def open_for(visit: Visit, who, *, key: str | None = None, now: datetime) -> Attempt:
    return sessions.open_session(visit.seat(who), key=key, now=now)


@pytest.fixture
def meanwhile(monkeypatch, door):
    """Put what happens elsewhere while the door is being opened."""
    events: list[Callable[[], object]] = []

    class Meanwhile(Simulated):
        def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
            for event in events:
                event()
            return super().open(wiring, now=now, patience=patience)

    monkeypatch.setitem(DRIVERS, "simulated", Meanwhile())
    return events


def test_opening_while_it_rings_answers_first(visit, alice, now):
    attempt = open_for(visit, alice, now=now)
    session = visit.now_is()
    assert (session.state, session.door_opened, session.ended_at) == (State.ACCEPTED, True, now)
    assert (session.answered_by, session.answered_at) == (alice.resident, now)
    assert (attempt.state, attempt.last.session, attempt.last.resident) == (
        "confirmed",
        visit.id,
        alice.resident.id,
    )


def test_whoever_lost_the_answer_opens_nothing(visit, alice, bob, now):
    sessions.answer(visit.seat(alice), now=now)
    with pytest.raises(Refusal, match="answered_elsewhere") as refused:
        open_for(visit, bob, now=now)
    assert refused.value.extra == {"answered_by": "Alice"}
    assert (pulses(), len(attempts())) == (0, 0)


def test_the_caller_opens_nothing(visit, now):
    with pytest.raises(Refusal, match="wrong_role"):
        open_for(visit, None, now=now)
    assert (pulses(), len(attempts())) == (0, 0)


@pytest.mark.parametrize("fault", ["refuse", "dead", "silent"])
def test_a_door_that_did_not_open_leaves_the_visit_running(visit, door, alice, now, fault):
    Opener.objects.update(settings={"fault": fault})
    with pytest.raises(Refusal, match="door_unreachable"):
        open_for(visit, alice, now=now)
    session = visit.now_is()
    assert (session.state, session.door_opened, session.answered_by) == (State.ACTIVE, False, alice.resident)
    Opener.objects.update(settings={})
    open_for(visit, alice, now=now + timedelta(seconds=10))
    assert visit.now_is().state == State.ACCEPTED


def test_a_callee_without_a_right_to_the_door_opens_nothing(visit, door, alice, now):
    door.accesses.all().delete()
    with pytest.raises(Refusal, match="wrong_role"):
        open_for(visit, alice, now=now)
    assert (pulses(), visit.now_is().door_opened) == (0, False)


def test_a_door_that_opened_after_the_caller_hung_up_stays_true(visit, alice, now, meanwhile):
    meanwhile.append(lambda: sessions.cancel(visit.seat(), now=now))
    open_for(visit, alice, now=now)
    session = visit.now_is()
    assert (session.state, session.door_opened) == (State.CANCELLED, True)


def test_a_door_that_opened_after_the_deadline_stays_true(visit, alice, now, meanwhile):
    meanwhile.append(lambda: type(visit.session).objects.update(expires_at=now - timedelta(seconds=1)))
    open_for(visit, alice, now=now)
    session = visit.now_is()
    assert (session.state_at(now), session.door_opened) == ("expired", True)


@pytest.mark.usefixtures("file_database")
def test_the_end_in_the_log_and_the_visit_are_committed_as_one(visit, alice, now):
    """Whoever is killed after the log says that the door opened has told the visitor as well."""
    seen: list[tuple[str, bool]] = []

    def look(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT") and "accesslog" in sql and "confirmed" in str(params):
            context["connection"].on_commit(lambda: seen.append((visit.now_is().state, visit.now_is().door_opened)))
        return result

    with connection.execute_wrapper(look):
        open_for(visit, alice, now=now)
    assert seen == [(State.ACCEPTED, True)]


def test_a_door_that_stands_open_lets_in_as_well(visit, door, alice, now):
    door.hold, door.is_held_open = "hold_open", True
    door.save()
    attempt = open_for(visit, alice, now=now)
    assert (attempt.reason, pulses()) == ("held_open", 0)
    assert (visit.now_is().state, visit.now_is().door_opened) == (State.ACCEPTED, True)


def test_an_end_that_came_too_late_marks_no_visit(visit, alice, now, meanwhile):
    """The chores have closed the attempt as unknown, and the resident is told so."""
    meanwhile.append(lambda: access_log.step(attempts()[0], "unknown", reason="door_unreachable"))
    with pytest.raises(Refusal, match="door_unreachable"):
        open_for(visit, alice, now=now)
    assert (pulses(), attempts()[0].state, visit.now_is().door_opened) == (1, "unknown", False)


def test_the_same_key_again_gets_the_same_answer_when_the_visit_is_over(visit, alice, now):
    first = open_for(visit, alice, key="tap", now=now)
    again = open_for(visit, alice, key="tap", now=now + timedelta(hours=1))
    assert (again.id, again.state, pulses()) == (first.id, "confirmed", 1)


def test_another_key_after_the_end_opens_nothing(visit, alice, now):
    open_for(visit, alice, key="tap", now=now)
    with pytest.raises(Refusal, match="session_over"):
        open_for(visit, alice, key="another tap", now=now + timedelta(seconds=30))
    assert pulses() == 1


def test_each_attempt_raises_the_version(visit, door, alice, now):
    Opener.objects.update(settings={"fault": "refuse"})
    before = visit.now_is().version
    with pytest.raises(Refusal):
        open_for(visit, alice, now=now)
    after = visit.now_is().version
    assert after > before + 1  # the answer, and the attempt


@pytest.mark.usefixtures("file_database")
def test_two_residents_at_once_are_one_pulse(visit, door, alice, bob, now):
    Building.objects.update(min_interval_ms=0)  # the answer alone decides
    results = together(*[lambda who=who: open_for(visit, who, key=who.key, now=now) for who in (alice, bob)] * 3)
    assert pulses() == 1
    assert visit.now_is().state == State.ACCEPTED
    assert len({row.resident for row in AccessLog.objects.all()}) == 1
    assert {r.code for r in results if isinstance(r, Refusal)} <= {
        "answered_elsewhere",
        "session_over",
        "door_unreachable",
    }
