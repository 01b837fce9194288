"""Real threads on a real PostgreSQL: a crew that starts together, a lock whose moves are timed, and what was seen."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Barrier
from typing import Any

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler

from tests.thorough import rather
from visitor_portal.building import access_log, chain, turns
from visitor_portal.building.drivers import Outcome, Wiring
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import AccessLog, LogHead, SimulatedDoor
from visitor_portal.building.refusals import Refusal

ROUNDS = rather(15, 200)


@pytest.fixture(scope="module")
def postgres(postgres_url: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The tests of this module meet PostgreSQL, under the name of the usual database."""
    with django_db_blocker.unblock():
        usual, settings = connections["default"], connections.settings["default"]
        connections.settings["default"] = ConnectionHandler(
            {"default": dj_database_url.parse(postgres_url)}
        ).settings["default"]
        del connections["default"]
        call_command("migrate", verbosity=0, interactive=False)
        yield
        connections["default"].close()
        connections.settings["default"] = settings
        connections["default"] = usual


@dataclass(frozen=True)
class Done:
    """What one of the crew did: what came of it, and from when to when by one clock."""

    result: Any
    began: float
    ended: float

    @property
    def code(self) -> str:
        return self.result.code if isinstance(self.result, Refusal) else "ok"


class Crew:
    """As many threads as it takes, each with a connection of its own that stays open."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pool = ThreadPoolExecutor(size)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self.do(*[connections.close_all] * self.size)
        self.pool.shutdown()

    def do(self, *calls: Callable[[], Any]) -> list[Done]:
        """All of them at once. Refusals are results; anything else that is raised is raised here."""
        assert len(calls) == self.size
        start = Barrier(self.size, timeout=30)

        def run(call: Callable[[], Any]) -> Done:
            start.wait()
            return self.timed(call)

        return list(self.pool.map(run, calls))

    @staticmethod
    def timed(call: Callable[[], Any]) -> Done:
        began = time.monotonic()
        try:
            result = call()
        except Refusal as refusal:
            result = refusal
        return Done(result, began, time.monotonic())


@dataclass
class TimedLock(Simulated):
    """A lock that notes when it was asked, and for which door."""

    asked: list[float] = field(default_factory=list)
    takes: float = 0.0

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        self.asked.append(time.monotonic())
        time.sleep(self.takes)
        return super().open(wiring, now=now, patience=patience)


def pulses() -> int:
    return sum(SimulatedDoor.objects.values_list("pulses", flat=True))


def the_history_holds() -> None:
    """Of everything so far: each pulse has one attempt that was sent and has one end; no key moved a lock twice."""
    sent, keys = 0, []
    for first in AccessLog.objects.filter(step=1):
        rows = access_log.load(first.attempt).rows
        states = [row.state for row in rows]
        assert sum(state in AccessLog.ENDS for state in states) == 1, states
        assert states.count("sent") <= 1
        sent += states.count("sent")
        keys += [first.key_hash] if first.key_hash else []
    assert pulses() == sent
    assert len(keys) == len(set(keys))
    for head in LogHead.objects.all():
        assert not chain.verify(head.building).fault


class Apart(dict[str, Any]):
    """In place of the queues that threads of one process share: here each thread is as a process of its own."""

    def __missing__(self, key: str) -> Any:
        return turns._Queue()


def closing(call: Callable[[], Any]) -> Callable[[], Any]:
    """The same, with nothing left open by the thread that does it."""

    def done() -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    return done


def wait_until(happened: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
