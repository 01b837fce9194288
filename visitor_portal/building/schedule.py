"""When an access holds: iCalendar text (RFC 5545), read strictly, expanded a year at a time. Pure.

ical.py reads the text, dateutil follows the rules; here they become the seconds at which it goes on and off.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain

from . import ical
from .moments import ScheduleError, zone_named

__all__ = ["Schedule", "ScheduleError", "Window", "check"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, YEAR = timedelta(seconds=1), timedelta(days=366)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Half-open, in UTC: start <= t < end."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """A definition without its exception; an empty definition is always, an empty exception is never."""

    definition: str
    exception: str
    zone: str  # IANA name: times without a zone are read in it

    def holds(self, at: datetime) -> bool:
        second, year = (at - EPOCH) / SECOND, at.astimezone(UTC).year
        given, taken = self._given(year), self._taken(year)
        return _is_on(given, second) and not _is_on(taken, second)

    def windows(self, since: datetime, until: datetime) -> list[Window]:
        """Merged, and clipped to since <= t < until."""
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        years = range(since.year, until.year + 1)
        given = list(chain.from_iterable(map(self._given, years)))
        taken = list(chain.from_iterable(map(self._taken, years)))
        turns = [EPOCH + turn * SECOND for turn in _without(given, taken)]
        found = (Window(max(since, on), min(until, off)) for on, off in zip(turns[::2], turns[1::2], strict=True))
        return [window for window in found if window.start < window.end]

    def next_window(self, at: datetime) -> Window | None:
        """The one that holds now, else the next to start within 366 days.

        One that reaches further back than 366 days, or further on than twice that, is cut there.
        """
        around = self.windows(at - YEAR, at + 2 * YEAR)
        return next((window for window in around if at < window.end and window.start <= at + YEAR), None)

    def _given(self, year: int) -> Sequence[int]:
        return _bounds(year) if _is_blank(self.definition) else _turns(self.definition, self.zone, year)

    def _taken(self, year: int) -> Sequence[int]:
        return () if _is_blank(self.exception) else _turns(self.exception, self.zone, year)


def check(text: str) -> None:
    """Raises ScheduleError unless the text can be followed to the letter."""
    if not _is_blank(text):
        ical.read(text)


def _is_blank(text: str) -> bool:
    return not text or text.isspace()


# Turns: the seconds since 1970 at which a schedule goes on, off, on …


def _is_on(turns: Sequence[int], second: float) -> bool:
    return bisect_right(turns, second) % 2 == 1


def _without(given: Sequence[int], taken: Sequence[int]) -> list[int]:
    turns: list[int] = []
    for second in sorted({*given, *taken}):
        if (_is_on(given, second) and not _is_on(taken, second)) != _is_on(turns, second):
            turns.append(second)
    return turns


def _bounds(year: int) -> tuple[int, int]:
    """A year of UTC."""
    if not 1900 <= year < 9000:
        raise ScheduleError(f"No schedule is made for the year {year}.")
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()), int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())


@lru_cache(maxsize=256)
def _turns(text: str, zone: str, year: int) -> Sequence[int]:
    """What all events of a text come to in a year of UTC; what reaches beyond is cut."""
    place = zone_named(zone)
    first, last = _bounds(year)
    turns = array("q")
    for start, end in sorted(chain.from_iterable(event.spans(place, year) for event in ical.read(text))):
        start, end = max(start, first), min(end, last)
        if start < end and turns and start <= turns[-1]:
            turns[-1] = max(turns[-1], end)
        elif start < end:
            turns.extend((start, end))
    return turns
