"""Chores: each in its own time, and none in the way of another."""

import logging
from datetime import datetime
from threading import Event, Thread

import pytest

from tests.serving import wait_for
from visitor_portal import keeping
from visitor_portal.keeping import Chore

pytestmark = pytest.mark.django_db


class Work:
    """A chore that counts, and fails as long as it is told to."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.done = fails, 0
        self.__name__ = "sweep"

    def __call__(self, now: datetime) -> None:
        self.done += 1
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


def test_each_chore_comes_round_in_its_own_time_until_it_is_stopped(monkeypatch):
    often, seldom, stop = Work(), Work(fails=True), Event()
    monkeypatch.setattr(keeping, "CHORES", [Chore(seldom, 3600), Chore(often, 0.02)])
    thread = Thread(target=keeping.run, args=(stop,), kwargs={"pause": 0.01})
    thread.start()
    assert wait_for(lambda: often.done >= 3)
    stop.set()
    thread.join(2)
    assert not thread.is_alive() and seldom.done == 1


def test_a_keeper_that_is_stopped_does_no_more():
    stop = Event()
    stop.set()
    keeping.run(stop)
