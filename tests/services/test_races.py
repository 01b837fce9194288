"""Who acts at the same moment, on a real PostgreSQL: one of them wins, and the history holds.

Each thread stands for a process of its own. THOROUGH=1 runs each race 200 times.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone

from tests.building.conftest import Visit, taken
from tests.conftest import Person
from visitor_portal.building import access_log, doors, sessions, turns
from visitor_portal.building.doors import Terms
from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.models import Building, Door, Entry, Opener, Portal, new_id
from visitor_portal.building.refusals import Refusal

from . import racing
from .racing import ROUNDS, Apart, Crew, Done, TimedLock, closing, pulses, the_history_holds, wait_until

postgres = racing.postgres
pytestmark = [pytest.mark.usefixtures("postgres"), pytest.mark.timeout(900)]


@pytest.fixture
def lock(postgres: None, monkeypatch: pytest.MonkeyPatch, settings: Any, door: Door) -> Iterator[TimedLock]:
    settings.RINGS_PER_VISITOR = settings.RINGS_PER_ENTRY = settings.RINGS_PER_DOOR = 10**6
    monkeypatch.setattr(turns, "_queues", Apart())
    Building.objects.update(min_interval_ms=0)
    lock = TimedLock()
    monkeypatch.setitem(DRIVERS, "simulated", lock)
    yield lock
    the_history_holds()


class House:
    """The door and the people behind it; what each of them does, to be done by a thread."""

    def __init__(self, portal: Portal, entry: Entry, alice: Person, bob: Person) -> None:
        self.portal, self.entry, self.alice, self.bob = portal, entry, alice, bob

    def visit(self) -> Visit:
        return Visit(self.portal, self.entry)

    def answer(self, visit: Visit, who: Person) -> Callable[[], Any]:
        return lambda: sessions.answer(visit.seat(who), now=timezone.now())

    def end(self, how: str, visit: Visit) -> Callable[[], Any]:
        if how == "cancelled":
            return lambda: sessions.cancel(visit.seat(), now=timezone.now())
        return lambda: sessions.decline(visit.seat(self.alice), now=timezone.now())

    def open(self, visit: Visit, who: Person) -> Callable[[], Any]:
        key = new_id()
        return lambda: sessions.open_session(visit.seat(who), key=key, now=timezone.now())

    def open_at_the_sign(self, key: str) -> Callable[[], Any]:
        terms = Terms(self.portal, self.alice.resident, key=key)
        doors_of = Door.objects.select_related("building")
        return lambda: doors.open_door(doors_of.get(id=self.portal.door_id), terms, now=timezone.now())


@pytest.fixture
def house(portal: Portal, entry: Entry, alice: Person, bob: Person) -> House:
    return House(portal, entry, alice, bob)


def test_two_answers_have_one_winner(house: House, lock: TimedLock) -> None:
    with Crew(2) as crew:
        for _ in range(ROUNDS):
            visit = house.visit()
            done = crew.do(house.answer(visit, house.alice), house.answer(visit, house.bob))
            assert sorted(each.code for each in done) == ["answered_elsewhere", "ok"]
            winner = house.alice if done[0].code == "ok" else house.bob
            assert visit.now_is().answered_by == winner.resident


def test_an_answer_and_a_no_have_one_winner(house: House, lock: TimedLock) -> None:
    with Crew(2) as crew:
        for _ in range(ROUNDS):
            visit = house.visit()
            answer, decline = crew.do(house.answer(visit, house.bob), house.end("declined", visit))
            session = visit.now_is()
            assert (answer.code, decline.code) in (("ok", "answered_elsewhere"), ("session_over", "ok"))
            assert session.state == ("active" if answer.code == "ok" else "declined")
            assert session.answered_by == (house.bob if answer.code == "ok" else house.alice).resident


def test_hanging_up_as_somebody_answers_ends_it_either_way(house: House, lock: TimedLock) -> None:
    with Crew(2) as crew:
        for _ in range(ROUNDS):
            visit = house.visit()
            answer, cancel = crew.do(house.answer(visit, house.alice), house.end("cancelled", visit))
            session = visit.now_is()
            assert (cancel.code, session.state) == ("ok", "cancelled")
            assert answer.code == ("ok" if session.answered_by else "session_over")


@pytest.mark.parametrize("how", ["cancelled", "declined"])
def test_opening_as_the_visit_ends_is_one_or_the_other(house: House, lock: TimedLock, how: str) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    late = 0  # how often the door was asked after somebody had been told that the visit is over
    with Crew(2) as crew:
        for _ in range(ROUNDS):
            visit, before = house.visit(), pulses()
            opened, ended = crew.do(house.open(visit, house.alice), house.end(how, visit))
            session, moved = visit.now_is(), pulses() - before
            seen[opened.code, ended.code] += 1
            assert session.door_opened == (opened.code == "ok") == bool(moved)
            assert session.state == (how if ended.code == "ok" else "accepted")
            late += bool(moved and ended.code == "ok" and lock.asked[-1] > ended.ended)
    sys.stdout.write(f"{dict(seen)}, late {late}\n")
    assert set(seen) <= {("ok", "session_over"), ("session_over", "ok"), ("ok", "ok")}


@pytest.mark.parametrize("how", ["cancelled", "declined"])
def test_a_visit_that_was_ended_before_the_decision_is_not_opened(house: House, lock: TimedLock, how: str) -> None:
    """The tap answers the call, and waits for its turn at the log. Meanwhile the visit is ended, and told so."""
    visit = house.visit()
    with ThreadPoolExecutor(1) as elsewhere:

        def meanwhile(_: turns.Turn) -> tuple[Future[None], Done]:
            opened = elsewhere.submit(closing(house.open(visit, house.alice)))
            wait_until(lambda: visit.now_is().state == "active")
            with Crew(1) as crew:
                return opened, crew.do(house.end(how, visit))[0]

        opened, ended = turns.in_turn(house.portal.door.building_id, meanwhile)
        with suppress(Refusal):
            opened.result(20)
    assert (ended.code, visit.now_is().state) == ("ok", how)
    assert (lock.asked, pulses()) == ([], 0)


def test_two_residents_who_open_at_once_are_one_pulse(house: House, lock: TimedLock) -> None:
    with Crew(2) as crew:
        for _ in range(ROUNDS):
            visit, before = house.visit(), pulses()
            done = crew.do(house.open(visit, house.alice), house.open(visit, house.bob))
            assert sorted(each.code for each in done) == ["answered_elsewhere", "ok"]
            assert (visit.now_is().state, pulses()) == ("accepted", before + 1)


def test_eight_taps_with_eight_keys_are_one_pulse_in_an_interval(house: House, lock: TimedLock) -> None:
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            Building.objects.update(min_interval_ms=60_000, next_open_at=None)
            before = pulses()
            done = crew.do(*[house.open_at_the_sign(new_id()) for _ in range(8)])
            assert Counter(each.code for each in done) == {"ok": 1, "provider_open_rate_limited": 7}
            assert pulses() == before + 1


def test_one_key_from_eight_phones_is_one_pulse_and_one_answer(house: House, lock: TimedLock) -> None:
    lock.takes = 0.01
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            before = pulses()
            done = crew.do(*[house.open_at_the_sign("tap" + new_id())] * 8)
            assert {each.code for each in done} == {"ok"}
            assert len({each.result.id for each in done}) == 1
            assert pulses() == before + 1


def test_one_key_at_a_door_that_does_not_answer_is_one_try_and_one_answer(house: House, lock: TimedLock) -> None:
    Opener.objects.update(settings={"fault": "silent"})
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            before = pulses()
            done = crew.do(*[house.open_at_the_sign("tap" + new_id())] * 8)
            assert {each.code for each in done} == {"door_unreachable"}
            told = [each.result.extra["opening"] for each in done]
            assert all(one == told[0] for one in told)
            assert (told[0]["state"], pulses()) == ("unknown", before + 1)


def test_of_two_ends_of_one_attempt_one_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_queues", Apart())

    def end(attempt: str, state: str) -> Callable[[], bool]:
        return lambda: access_log.step(access_log.load(attempt), state)

    with Crew(2) as crew:
        for _ in range(ROUNDS):
            attempt = taken(house.portal.door, "sent").id
            done = crew.do(end(attempt, "confirmed"), end(attempt, "unknown"))
            assert sorted(each.result for each in done) == [False, True]
            assert access_log.load(attempt).state == ("confirmed" if done[0].result else "unknown")
