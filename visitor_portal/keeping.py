"""Chores: what must happen by itself, at its time. Rooms name theirs in `chores.py`; `manage.py keep` does them.

Each chore may run in several processes at once, and may be cut off at any point: it moves rows by conditional
updates only.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

logger = logging.getLogger(__name__)

Work = Callable[[datetime], object]


@dataclass(slots=True)
class Chore:
    work: Work
    every: float  # seconds
    due: float = field(default=0.0)  # by the monotonic clock
    is_failing: bool = False


CHORES: list[Chore] = []


def every(seconds: float) -> Callable[[Work], Work]:
    """Name a chore. It gets the time, and is done again that long after it ended."""

    def named(work: Work) -> Work:
        CHORES.append(Chore(work, seconds))
        return work

    return named


def discover() -> None:
    """Read every room's chores."""
    autodiscover_modules("chores")


def once() -> None:
    """Each chore, now. One that fails does not keep the others from being done."""
    for chore in CHORES:
        _do(chore)


def run(stop: Event, *, pause: float = 0.5) -> None:
    """Until it is asked to stop."""
    while not stop.wait(pause):
        for chore in CHORES:
            if time.monotonic() >= chore.due and not stop.is_set():
                _do(chore)


def _do(chore: Chore) -> None:
    close_old_connections()
    try:
        chore.work(timezone.now())
    except Exception:
        if not chore.is_failing:  # said once, not at every turn
            logger.exception("The chore %s failed; it is tried again.", chore.work.__name__)
        chore.is_failing = True
    else:
        if chore.is_failing:
            logger.info("The chore %s works again.", chore.work.__name__)
        chore.is_failing = False
    finally:
        close_old_connections()
        chore.due = time.monotonic() + chore.every
