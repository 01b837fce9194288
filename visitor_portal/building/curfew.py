"""What a building forbids to invites, whatever their schedule says. Pure: the moment is an argument."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from .moments import ScheduleError, zone_named

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Curfew:
    """Forbidden hours on the building's wall clock, with the whole minute of the end; they may pass midnight."""

    start: time
    end: time

    def forbids(self, at: time) -> bool:
        minute = at.replace(second=0, microsecond=0)
        if self.start <= self.end:
            return self.start <= minute <= self.end
        return self.start <= minute or minute <= self.end


@dataclass(frozen=True, slots=True)
class HouseRules:
    zone: str
    curfews: tuple[Curfew, ...] = ()
    weekdays: frozenset[int] | None = None  # the allowed ones, Sunday 0 … Saturday 6; None: all
    blackout_dates: frozenset[date] = frozenset()

    def refusal(self, at: datetime) -> str:
        """The first that forbids it, as a machine code; empty when nothing does."""
        local = at.astimezone(zone_named(self.zone))
        if local.date() in self.blackout_dates:
            return "blackout_date"
        if self.weekdays is not None and local.isoweekday() % 7 not in self.weekdays:
            return "outside_schedule"
        return "curfew" if any(curfew.forbids(local.time()) for curfew in self.curfews) else ""


def read(zone: str, curfew_windows: object, allowed_weekdays: object, blackout_dates: object) -> HouseRules:
    """From the JSON that a building keeps; raises ScheduleError for any other shape."""
    zone_named(zone)
    return HouseRules(
        zone=zone,
        curfews=tuple(_curfew(window) for window in _listed(curfew_windows, "Curfew windows")),
        weekdays=frozenset(
            _weekday(day) for day in _listed([] if allowed_weekdays is None else allowed_weekdays, "Allowed weekdays")
        )
        or None,
        blackout_dates=frozenset(_day(day) for day in _listed(blackout_dates, "Blackout dates")),
    )


def _listed(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise ScheduleError(f"{what} must be a list.")
    return value


def _curfew(window: object) -> Curfew:
    if not isinstance(window, dict) or window.keys() != {"start", "end"}:
        raise ScheduleError('A curfew window has a start and an end, as in {"start": "23:00", "end": "05:59"}.')
    return Curfew(_hour(window["start"]), _hour(window["end"]))


def _hour(value: object) -> time:
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise ScheduleError(f"A curfew starts and ends at hours from 00:00 to 23:59, not at {value!r}.")
    return time.fromisoformat(value)


def _weekday(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 6:
        raise ScheduleError(f"A weekday is a number from 0 (Sunday) to 6 (Saturday), not {value!r}.")
    return value


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ScheduleError(f"A blackout date is a day as in 2026-12-24, not {value!r}.")
