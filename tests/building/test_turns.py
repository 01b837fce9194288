"""Turns at the log: those who wait at once are served as one, and none fails by another one's fault."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from visitor_portal.building import turns
from visitor_portal.building.models import AccessLog, LogHead, new_id
from visitor_portal.building.turns import Turn, in_turn

pytestmark = pytest.mark.django_db(transaction=True)
HOUSE = "HOUSE"


def adds(attempt: str) -> Callable[[Turn], str]:
    def work(log: Turn) -> str:
        log.add(AccessLog(building=HOUSE, attempt=attempt, state="requested", door="D", at=timezone.now()))
        return attempt

    return work


def together(*works: Callable[[Turn], str]) -> list[str | Exception]:
    """Each on its own thread, all waiting before the first is served."""
    go = Event()

    def ask(work: Callable[[Turn], str]) -> str | Exception:
        try:
            return in_turn(HOUSE, work)
        except Exception as error:  # noqa: BLE001 it is what the test looks at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(ask, lambda _: str(go.wait(10)))
        while not turns._queues[HOUSE].lock.locked():
            pass
        rest = [pool.submit(ask, work) for work in works]
        while len(turns._queues[HOUSE].waiting) < len(works):
            pass
        go.set()
        assert first.result(10) == "True"
        return [each.result(10) for each in rest]


def test_all_that_wait_are_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []
    serve = turns._serve

    def counted(house: str, ones: list[Any]) -> None:
        served.append(len(ones))
        serve(house, ones)

    monkeypatch.setattr(turns, "_serve", counted)
    names = [new_id() for _ in range(8)]
    assert together(*(adds(name) for name in names)) == names
    assert served == [1, 8]
    assert list(AccessLog.objects.order_by("sequence").values_list("attempt", flat=True)) == names
    assert LogHead.objects.get().sequence == 8


def test_a_fault_is_whose_it_is() -> None:
    def fails(_: Turn) -> str:
        raise ValueError("mine")

    good = [new_id() for _ in range(4)]
    told = together(adds(good[0]), adds(good[1]), fails, adds(good[2]), adds(good[3]))
    assert [told[n] for n in (0, 1, 3, 4)] == good
    assert isinstance(told[2], ValueError)
    assert sorted(AccessLog.objects.values_list("attempt", flat=True)) == sorted(good)


def test_a_step_that_is_there_already_fails_alone() -> None:
    twice = new_id()
    told = together(adds(twice), adds(other := new_id()), adds(twice))
    assert told[:2] == [twice, other] and isinstance(told[2], Exception)
    assert AccessLog.objects.count() == LogHead.objects.get().sequence == 2
