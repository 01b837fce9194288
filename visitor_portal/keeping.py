"""Chores: what must happen by itself, at its time. Rooms name theirs in `chores.py`; `manage.py keep` does them.

Each chore may run in several processes at once, and may be cut off at any point: it moves rows by conditional
updates only.
"""

import logging
import os
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from django.db import close_old_connections, connections
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

# For what is under way when the chores are to stop: more than the patience with a lock, and with what it takes to end
# the process less than the 10 s after which many a supervisor kills.
STOP_SECONDS = 8.0

logger = logging.getLogger(__name__)

Work = Callable[[datetime], object]


@dataclass(slots=True)
class Chore:
    work: Work
    every: float  # seconds
    is_failing: bool = False


CHORES: list[Chore] = []

_stopping: ContextVar[Event] = ContextVar("stopping")


def every(seconds: float) -> Callable[[Work], Work]:
    """Name a chore. It gets the time, and is done again that long after it ended."""

    def named(work: Work) -> Work:
        CHORES.append(Chore(work, seconds))
        return work

    return named


def discover() -> None:
    """Read every room's chores."""
    autodiscover_modules("chores")


def is_stopping() -> bool:
    """Whether the chore that asks should leave the rest for later: between two lights, or two locks."""
    asked = _stopping.get(None)
    return asked is not None and asked.is_set()


def once() -> None:
    """Each chore, now. One that fails does not keep the others from being done."""
    for chore in CHORES:
        _do(chore)


class Keeper:
    """Does the chores until it is asked to stop.

    Each has a thread of its own: one that waits for a lock delays no other, and none is done twice at once.
    """

    def __init__(self) -> None:
        self._stop = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        self._threads = [
            Thread(target=self._keep_doing, args=(chore,), daemon=True, name=chore.work.__name__) for chore in CHORES
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    @property
    def under_way(self) -> list[str]:
        return [thread.name for thread in self._threads if thread.is_alive()]

    def wait(self, seconds: float) -> bool:
        """Once asked to stop: until nothing is under way. False when something still is after that time."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not self.under_way

    def leave(self) -> None:
        """Cut off what is still under way, and the process with it. When nothing is, do nothing."""
        if names := self.under_way:
            logger.warning("Stopping although this was still under way: %s", ", ".join(names))
            logging.shutdown()
            os._exit(0)  # the usual way out waits for threads, also for those that a library began

    def _keep_doing(self, chore: Chore) -> None:
        _stopping.set(self._stop)
        try:
            while not self._stop.is_set():
                _do(chore)
                self._stop.wait(chore.every)
        finally:
            connections.close_all()


def _do(chore: Chore) -> None:
    try:
        with _connections_given_back():
            chore.work(timezone.now())
    except (Exception, CancelledError):  # the latter comes from telling a loop that has just ended
        if not chore.is_failing:  # said once, not at every turn
            logger.exception("The chore %s failed; it is tried again.", chore.work.__name__)
        chore.is_failing = True
    else:
        if chore.is_failing:
            logger.info("The chore %s works again.", chore.work.__name__)
        chore.is_failing = False


@contextmanager
def _connections_given_back() -> Iterator[None]:
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()
