"""Several doors are held open one after the other, and each lock takes its time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from visitor_portal import keeping
from visitor_portal.building import chores
from visitor_portal.building.drivers import DRIVERS, Outcome
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import Building, Door, Opener

from .conftest import attempts

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


class Slow(Simulated):
    """A lock that takes its seven seconds, in which other things go on."""

    def __init__(self, clock: Any, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.clock, self.meanwhile = clock, meanwhile

    def hold(self, wiring, on, *, patience) -> Outcome:
        self.clock.shift(7)
        self.meanwhile()
        return Outcome("confirmed")


def several_doors(building: Building, driver: str) -> None:
    for _ in range(3):
        door = Door.objects.create(building=building, name={"en": "Gate"}, hold="hold_open")
        Opener.objects.create(door=door, driver=driver)


def test_a_hold_counts_as_lost_by_its_own_time_not_by_that_of_the_locks_before_it(clock, building, monkeypatch):
    monkeypatch.setitem(DRIVERS, "slow", Slow(clock, lambda: chores.close_attempts(timezone.now())))
    several_doors(building, "slow")
    chores.move_holds(timezone.now())
    assert [door.is_held_open for door in Door.objects.all()] == [True] * 3
    assert [(attempt.state, attempt.rows[-1].at - NOON) for attempt in attempts()] == [
        ("confirmed", timedelta(seconds=seconds)) for seconds in (0, 7, 14)
    ]


@pytest.mark.usefixtures("file_database")
def test_the_lock_under_way_is_the_last_one_when_it_is_to_stop(clock, building, monkeypatch):
    keeper = keeping.Keeper()
    monkeypatch.setitem(DRIVERS, "slow", Slow(clock, keeper.stop))
    monkeypatch.setattr(keeping, "CHORES", [keeping.Chore(chores.move_holds, 1)])
    several_doors(building, "slow")
    keeper.start()
    assert keeper.wait(10)
    assert sorted(map(str, Door.objects.values_list("is_held_open", flat=True))) == ["False", "False", "True"]
    assert [attempt.state for attempt in attempts()] == ["confirmed"]
