"""Chores: each in its own time, and none in the way of another."""

import logging
import time
from asyncio import CancelledError
from collections.abc import Iterator
from datetime import datetime
from threading import Event

import pytest

from tests.serving import wait_for
from visitor_portal import keeping
from visitor_portal.keeping import Chore

pytestmark = pytest.mark.django_db


class Work:
    """A chore that counts, and fails as long as it is told to."""

    def __init__(self, fails: bool | BaseException = False) -> None:
        self.fails, self.done = fails, 0
        self.__name__ = "sweep"

    def __call__(self, now: datetime) -> None:
        self.done += 1
        if isinstance(self.fails, BaseException):
            raise self.fails
        if self.fails:
            raise OSError("the disk is full")


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.message) for record in caplog.records if record.name == "visitor_portal.keeping"]


def test_every_room_names_its_chores_once():
    for _ in range(2):
        keeping.discover()
    names = [chore.work.__name__ for chore in keeping.CHORES]
    assert sorted(names) == sorted(set(names))
    assert {"expire_sessions", "close_attempts", "move_holds", "close_openings"} <= set(names)


def test_a_chore_that_fails_stops_no_other_and_is_said_once(monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    bad, good = Work(fails=True), Work()
    monkeypatch.setattr(keeping, "CHORES", [Chore(bad, 1), Chore(good, 1)])
    for _ in range(3):
        keeping.once()
    assert (bad.done, good.done) == (3, 3)
    assert said(caplog) == [(logging.ERROR, "The chore sweep failed; it is tried again.")]
    assert "the disk is full" in caplog.text


def test_a_chore_that_works_again_is_said_once_too(monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    work = Work(fails=True)
    monkeypatch.setattr(keeping, "CHORES", [Chore(work, 1)])
    for fails in (True, False, False, True):
        work.fails = fails
        keeping.once()
    failed, works = "The chore sweep failed; it is tried again.", "The chore sweep works again."
    assert [message for _, message in said(caplog)] == [failed, works, failed]


# -- each on a thread of its own


@pytest.fixture
def keeper() -> Iterator[keeping.Keeper]:
    keeper = keeping.Keeper()
    yield keeper
    keeper.stop()
    assert keeper.wait(5)


def test_each_chore_comes_round_in_its_own_time_until_it_is_stopped(monkeypatch, keeper):
    often, seldom = Work(), Work(fails=True)
    monkeypatch.setattr(keeping, "CHORES", [Chore(seldom, 3600), Chore(often, 0.02)])
    keeper.start()
    assert wait_for(lambda: often.done >= 3)
    keeper.stop()
    assert keeper.wait(2) and seldom.done == 1
    done = often.done
    time.sleep(0.1)
    assert often.done == done


def test_a_chore_that_waits_delays_no_other(monkeypatch, keeper):
    often, over = Work(), Event()
    monkeypatch.setattr(keeping, "CHORES", [Chore(lambda now: over.wait(20), 0.02), Chore(often, 0.02)])
    keeper.start()
    assert wait_for(lambda: often.done >= 3, 3)
    over.set()


def test_no_chore_is_done_twice_at_once(monkeypatch, keeper):
    inside, at_once, done = [], [], []

    def slow(now: datetime) -> None:
        inside.append(now)
        at_once.append(len(inside))
        time.sleep(0.05)
        done.append(inside.pop())

    monkeypatch.setattr(keeping, "CHORES", [Chore(slow, 0.001), Chore(Work(), 0.001)])
    keeper.start()
    assert wait_for(lambda: len(done) >= 5)
    assert set(at_once) == {1}


@pytest.mark.parametrize("fault", [OSError("the disk is full"), CancelledError("its loop has ended")], ids=repr)
def test_a_chore_that_fails_again_and_again_is_said_once_and_stops_no_other(monkeypatch, caplog, keeper, fault):
    bad, good = Work(fails=fault), Work()
    monkeypatch.setattr(keeping, "CHORES", [Chore(bad, 0.01), Chore(good, 0.01)])
    keeper.start()
    assert wait_for(lambda: bad.done >= 3 and good.done >= 3)
    keeper.stop()
    assert keeper.wait(5)
    assert said(caplog) == [(logging.ERROR, "The chore sweep failed; it is tried again.")]


def test_a_keeper_that_was_stopped_does_nothing(monkeypatch, keeper):
    work = Work()
    monkeypatch.setattr(keeping, "CHORES", [Chore(work, 0.01)])
    keeper.stop()
    keeper.start()
    assert keeper.wait(2) and work.done == 0


def test_a_chore_of_several_steps_learns_that_it_should_stop(monkeypatch, keeper):
    heard: list[bool] = []

    def steps(now: datetime) -> None:
        heard.append(keeping.is_stopping())
        assert wait_for(keeping.is_stopping)
        heard.append(True)

    monkeypatch.setattr(keeping, "CHORES", [Chore(steps, 1)])
    keeper.start()
    assert wait_for(lambda: heard == [False])
    assert (keeper.under_way, keeper.wait(0.1)) == (["steps"], False)
    keeper.stop()
    assert keeper.wait(2) and heard == [False, True]
    assert not keeping.is_stopping(), "other threads are not meant"
