"""A recurrence rule: its parts are checked here, dateutil follows it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dateutil.rrule import DAILY, WEEKLY, rrule, rrulestr  # type: ignore[import-untyped]

from .moments import ScheduleError, moment, short

MOST_COUNT = 10_000
_LONGEST = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1))
_A_DAY_A_YEAR = {"BYMONTHDAY", "BYDAY"}
_NUMBERS = re.compile(r"[+-]?\d{1,5}(,[+-]?\d{1,5})*", re.ASCII)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rule(text: str, start: datetime) -> rrule:
    """Without its UNTIL, which is ours to compare: it may be a day, a wall clock or an instant."""
    said = ";".join(part for part in text.upper().split(";") if not part.startswith("UNTIL="))
    try:
        found = rrulestr(said, dtstart=start.replace(tzinfo=None))
        first = next(iter(found), None)
    except (ValueError, IndexError):
        raise ScheduleError("has a rule that cannot be followed.") from None
    if first is None:
        raise ScheduleError("has a rule that never takes place.")
    return found


def between(rule: rrule, since: datetime, until: datetime) -> list[datetime]:
    """The starts in a span of the wall clock. Days and weeks long past are not walked through again."""
    every = {DAILY: 1, WEEKLY: 7}.get(rule._freq)
    if every and rule._count is None and rule._dtstart < since:
        step = timedelta(days=every * rule._interval)
        rule = rule.replace(dtstart=rule._dtstart + (since - rule._dtstart) // step * step)
    try:
        return list(rule.between(since, until, inc=True))
    except IndexError:  # dateutil's own, in years that lack what a rule asks for
        raise ScheduleError("A rule cannot be followed in this year.") from None


def parts_of(text: str) -> dict[str, Any]:
    """What an RRULE says, in so far as it can be followed."""
    parts: dict[str, Any] = {}
    for part in text.upper().split(";"):
        name, _, value = part.partition("=")
        try:
            if name in parts:
                raise ValueError
            parts[name] = _PARTS[name](value)
        except (KeyError, ValueError):
            raise ScheduleError(f"has a rule that cannot be followed at {short(part)}.") from None
    _refuse_contradictions(parts)
    return parts


def _refuse_contradictions(parts: Mapping[str, Any]) -> None:
    frequency, places = parts.get("FREQ"), [place for _, place in parts.get("BYDAY", ())]
    for is_wrong, why in (
        (not frequency, "without FREQ."),
        ({"COUNT", "UNTIL"} <= parts.keys(), "with both COUNT and UNTIL."),
        (frequency == "WEEKLY" and "BYMONTHDAY" in parts, "that is WEEKLY and has BYMONTHDAY."),
        (frequency in ("DAILY", "WEEKLY") and any(places), f"that is {frequency} and numbers its BYDAY."),
        (any(places) and not all(places), "that numbers some of its BYDAY and not the others."),
        (not _is_in_some_month(parts), "that never takes place."),
        (_is_of_a_month(parts) and any(abs(place) > 5 for place in places), "that never takes place."),
        ("BYSETPOS" in parts and parts.keys().isdisjoint(("BYDAY", "BYMONTH", "BYMONTHDAY")), "of BYSETPOS alone."),
    ):
        if is_wrong:
            raise ScheduleError(f"has a rule {why}")


def _is_in_some_month(parts: Mapping[str, Any]) -> bool:
    """Whether its months have its days at all: a 30 February would be looked for until the year 9999."""
    days, months = parts.get("BYMONTHDAY"), parts.get("BYMONTH", range(1, 13))
    return not days or any(abs(day) <= _LONGEST[month] for day in days for month in months)


def _is_of_a_month(parts: Mapping[str, Any]) -> bool:
    """Whether its numbered weekdays are counted in a month, and not in the year."""
    return parts.get("FREQ") == "MONTHLY" or "BYMONTH" in parts


def most_a_year(parts: Mapping[str, Any]) -> int:
    """No fewer than what the rule comes to in any year."""
    if not parts:
        return 0
    if parts["FREQ"] in ("DAILY", "WEEKLY"):
        return 366 if parts["FREQ"] == "DAILY" else 53 * len(parts.get("BYDAY", "1"))
    months = len(parts.get("BYMONTH", ())) or (
        1 if _A_DAY_A_YEAR.isdisjoint(parts) and parts["FREQ"] == "YEARLY" else 12
    )
    return int(months * min(31, len(parts.get("BYMONTHDAY", ())) or 5 * len(parts.get("BYDAY", ())) or 1))


def _frequency(text: str) -> str:
    if text not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError
    return text


def _numbers(text: str, most: int, least: int = 1) -> frozenset[int]:
    numbers = frozenset(map(int, text.split(","))) if _NUMBERS.fullmatch(text) else frozenset([0])
    if 0 in numbers or not all(least <= number <= most for number in numbers):
        raise ValueError
    return numbers


def _number(text: str, most: int, least: int = 1) -> int:
    (number,) = _numbers(text, most, least)
    return number


def _weekdays(text: str) -> frozenset[tuple[int, int]]:
    return frozenset(map(_weekday, text.split(",")))


def _weekday(text: str) -> tuple[int, int]:
    place, name = text[:-2], text[-2:]
    return _WEEKDAYS.index(name), _number(place, 53, -53) if place else 0


_PARTS: dict[str, Callable[[str], Any]] = {
    "FREQ": _frequency,
    "INTERVAL": partial(_number, most=99_999),
    "COUNT": partial(_number, most=MOST_COUNT),
    "UNTIL": partial(moment, "UNTIL", {}),
    "WKST": _WEEKDAYS.index,
    "BYMONTH": partial(_numbers, most=12),
    "BYMONTHDAY": partial(_numbers, most=31, least=-31),
    "BYDAY": _weekdays,
    "BYSETPOS": partial(_numbers, most=366, least=-366),
}
