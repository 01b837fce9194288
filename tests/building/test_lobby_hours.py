"""A door is held open by itself at its hours, and let go of after them; the lock is told as seldom as it can be."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from visitor_portal.building import chain, chores, doors
from visitor_portal.building.drivers import DRIVERS, Outcome
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import Access, AccessDoor, AccessLog, Building, Door, Opener, SimulatedDoor

from .conftest import attempts, pulses

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OFFICE_HOURS = """BEGIN:VEVENT
DTSTART:20260504T080000
DTEND:20260504T180000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
END:VEVENT"""


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lobby(clock, building: Building, door: Door) -> Door:
    """Held open from 8 to 18 on workdays."""
    access = Access.objects.create(building=building, name="Lobby hours", schedule=OFFICE_HOURS)
    AccessDoor.objects.create(access=access, door=door, lock_unlock_enabled=True)
    return door


class Holding(Simulated):
    """A lock that answers a hold as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bool] = []
        self.answer: Outcome | BaseException = Outcome("confirmed")

    def hold(self, wiring, on, *, patience) -> Outcome:
        self.asked.append(on)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def lock(monkeypatch, lobby) -> Holding:
    lock = Holding()
    monkeypatch.setitem(DRIVERS, "holding", lock)
    Opener.objects.update(driver="holding")
    return lock


def keep(clock, hour: int, minute: int = 0, second: int = 0) -> None:
    """What the keeper does at this time of the day."""
    clock.move_to(MONDAY.replace(hour=hour, minute=minute, second=second))
    chores.move_holds(timezone.now())


def is_held_open() -> bool | None:
    return Door.objects.get().is_held_open


def commands() -> list[tuple[str, str]]:
    """Each command to hold or to let go, and how it ended."""
    return [(attempt.last.auth_type, attempt.state) for attempt in attempts()]


def test_a_day_of_lobby_hours(lobby, clock):
    day = []
    for minute in range(0, 24 * 60, 15):
        clock.move_to(MONDAY + minute * MINUTE)
        chores.move_holds(timezone.now())
        lock = SimulatedDoor.objects.filter(is_held=True).exists()
        assert lock is is_held_open()
        day.append(lock)
    assert day == [8 * 60 <= minute < 18 * 60 for minute in range(0, 24 * 60, 15)]
    assert commands() == [("HOLD", "confirmed"), ("RELEASE", "confirmed")]
    assert pulses() == 0


def test_a_weekend_is_quiet(lobby, clock):
    clock.move_to(MONDAY - timedelta(days=1))
    for _ in range(24):
        clock.shift(3600)
        if timezone.now() < MONDAY:
            chores.move_holds(timezone.now())
    assert commands() == []


@pytest.mark.parametrize(("zone", "hour", "minute"), [("Europe/Lisbon", 7, 0), ("Asia/Kolkata", 2, 30)])
def test_the_hours_are_those_on_the_wall(lobby, clock, zone, hour, minute):
    Building.objects.update(time_zone=zone)
    on = MONDAY.replace(hour=hour, minute=minute)
    found = []
    for moment in (on, on + timedelta(hours=10)):
        for before in (1, 0):
            clock.move_to(moment - timedelta(seconds=before))
            chores.move_holds(timezone.now())
            found.append(is_held_open())
    assert found == [False, True, True, False]


def test_what_is_told_is_written_down_and_belongs_to_nobody(lobby, clock):
    keep(clock, 8)
    (attempt,) = attempts()
    assert {row.state for row in attempt.rows} == {"requested", "sent", "confirmed"}
    row = attempt.last
    assert (row.door, row.resident, row.invite, row.session, row.portal) == (lobby.id, "", "", "", "")
    assert not chain.verify(lobby.building_id).fault


def test_a_hold_is_told_once(lock, clock):
    for minute in range(30):
        keep(clock, 9, minute)
    assert lock.asked == [True]


def test_by_hand_it_is_told_at_once_and_let_go_of_at_its_end(lock, clock):
    Door.objects.update(hold="hold_open", hold_until=MONDAY.replace(hour=3))
    for minute in (0, 30, 59):
        keep(clock, 2, minute)
    assert (lock.asked, is_held_open()) == ([True], True)
    keep(clock, 3)
    assert (lock.asked, is_held_open()) == ([True, False], False)


def test_held_closed_lets_go_even_at_lobby_hours(lock, clock):
    keep(clock, 9)
    Door.objects.update(hold="hold_closed")
    keep(clock, 9, 1)
    assert (lock.asked, is_held_open()) == ([True, False], False)
    keep(clock, 9, 30)
    assert lock.asked == [True, False]


# -- when the lock does not do it


def test_a_hold_whose_answer_was_lost_is_not_told_again_and_let_go_of_all_the_same(lock, clock):
    lock.answer = Outcome("unknown")
    for hour in range(8, 18):
        for minute in range(0, 60, 6):
            keep(clock, hour, minute)
    assert (lock.asked, is_held_open()) == ([True], None)
    lock.answer = Outcome("confirmed")
    keep(clock, 18)
    assert (lock.asked, is_held_open()) == ([True, False], False)


def test_letting_go_is_told_until_the_lock_confirms_it(lock, clock):
    keep(clock, 9)
    lock.answer = Outcome("unknown")
    keep(clock, 18)
    assert (lock.asked, is_held_open()) == ([True, False], None)
    keep(clock, 18, 4, 59)
    assert lock.asked == [True, False]  # it rests in between
    for minute in (5, 10, 15):
        keep(clock, 18, minute)
    assert lock.asked == [True] + [False] * 4
    lock.answer = Outcome("confirmed")
    for minute in (20, 25):
        keep(clock, 18, minute)
    assert (lock.asked, is_held_open()) == ([True] + [False] * 5, False)


@pytest.mark.parametrize("state", ["refused", "unreached"])
def test_a_hold_that_surely_failed_is_tried_again_after_a_while(lock, clock, state):
    lock.answer = Outcome(state)
    for minute in range(5):
        keep(clock, 8, minute)
    assert (lock.asked, is_held_open()) == ([True], False)
    lock.answer = Outcome("confirmed")
    keep(clock, 8, 5)
    assert (lock.asked, is_held_open()) == ([True, True], True)


@pytest.mark.parametrize("state", ["refused", "unreached"])
def test_letting_go_that_surely_failed_is_tried_again_after_a_while(lock, clock, state):
    keep(clock, 9)
    lock.answer = Outcome(state)
    for second in range(0, 60, 5):
        keep(clock, 18, 0, second)
    assert (lock.asked, is_held_open()) == ([True, False], True)


def test_a_driver_that_breaks_may_have_held_it(lock, clock):
    lock.answer = ValueError("half-way")
    keep(clock, 8)
    assert (commands(), is_held_open()) == ([("HOLD", "unknown")], None)


def test_a_hold_that_was_cut_off_is_let_go_of(lock, clock):
    """As by a kill: the lock may hold, and nobody is there to write it down."""
    lock.answer = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        keep(clock, 17, 59)
    lock.answer = Outcome("confirmed")
    for minute in range(0, 30, 5):
        keep(clock, 18, minute)
    assert lock.asked == [True, False]


def test_what_one_keeper_is_telling_another_does_not_tell_too(lock, clock):
    ask = lock.hold

    def hold(wiring, on, *, patience) -> Outcome:
        if not lock.asked:
            ask(wiring, on, patience=patience)
            chores.move_holds(timezone.now())  # the other keeper, meanwhile
        else:
            ask(wiring, on, patience=patience)
        return Outcome("confirmed")

    lock.hold = hold
    keep(clock, 8)
    assert (lock.asked, is_held_open()) == ([True], True)


def test_a_door_that_is_not_connected_is_left_alone(lock, clock):
    Door.objects.update(connected=False)
    keep(clock, 8)
    assert lock.asked == []


def test_a_door_without_an_opener_is_not_said_to_be_held(lobby, clock):
    Opener.objects.all().delete()
    keep(clock, 8)
    assert is_held_open() is False


def test_the_next_opener_holds_it_when_the_first_is_surely_not_reached(lock, clock, lobby):
    Opener.objects.create(door=lobby, position=1)
    lock.answer = Outcome("unreached")
    keep(clock, 8)
    assert (is_held_open(), SimulatedDoor.objects.get().is_held) == (True, True)


def test_says_whether_the_lock_confirmed(lock, lobby):
    for answer in (Outcome("confirmed"), Outcome("refused"), Outcome("unreached"), Outcome("unknown")):
        lock.answer = answer
        lobby.refresh_from_db()
        assert doors.hold_door(lobby, True, now=timezone.now()) is (answer.state == "confirmed")
    assert AccessLog.objects.filter(step=3).count() == 4
