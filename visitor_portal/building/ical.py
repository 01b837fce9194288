"""iCalendar text (RFC 5545) as events: what can't be followed to the letter is refused, with one plain sentence.

icalendar splits the text into lines, dateutil follows the rules. What lies between is checked here, because neither
of them refuses what it does not understand, and a door must not guess.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any

from dateutil.rrule import rrule  # type: ignore[import-untyped]
from icalendar.parser import Contentlines
from icalendar.prop import vDuration

from . import recurrence
from .moments import MOMENT, ScheduleError, moment, short

DAY, YEAR = timedelta(days=1), timedelta(days=366)

MOST_CHARACTERS = 64 * 1024
MOST_EVENTS = 500
MOST_A_YEAR = 10_000  # what the rules of all events may come to


@dataclass(frozen=True, slots=True)
class Event:
    """A VEVENT. It starts and lasts by the wall clock: a night is shorter or longer when the clocks change."""

    zone: tzinfo | None  # None: the building's
    length: timedelta
    rule: rrule | None  # of starts on the wall clock of the zone
    until: date | datetime | None
    most_a_year: int
    more: tuple[datetime, ...]  # RDATE, and DTSTART where there is no rule
    without: frozenset[date | datetime]  # EXDATE

    def spans(self, place: tzinfo, year: int) -> Iterator[tuple[int, int]]:
        """In seconds since 1970: all that may touch this year of UTC."""
        since, until = datetime(year, 1, 1) - self.length - 2 * DAY, datetime(year + 1, 1, 2)
        for start in self._starts(self.zone or place, since, until):
            if not self.without or self.without.isdisjoint(_forms(start)):
                # fold=0 is what §3.3.5 asks for: the offset before a gap, the first of two equal times
                yield int(start.timestamp()), int((start + self.length).timestamp())

    def _starts(self, zone: tzinfo, since: datetime, until: datetime) -> Iterator[datetime]:
        for wall in recurrence.between(self.rule, since, until) if self.rule else ():
            start = wall.replace(tzinfo=zone)
            if not _is_past(start, self.until):
                yield start
        for extra in self.more:
            if since <= extra.replace(tzinfo=None) <= until:
                yield extra.astimezone(zone) if extra.tzinfo else extra.replace(tzinfo=zone)


def _forms(start: datetime) -> tuple[date, datetime, datetime]:
    """How EXDATE and UNTIL may name it: as a day, on the wall clock, as an instant."""
    return start.date(), start.replace(tzinfo=None), start.astimezone(UTC)


def _is_past(start: datetime, until: date | datetime | None) -> bool:
    if until is None:
        return False
    day, wall, instant = _forms(start)
    if not isinstance(until, datetime):
        return day > until
    return (instant if until.tzinfo else wall) > until


# Reading it. What is wrong with an event is said as the rest of a sentence that begins with the event.

_MAY_HOLD = {
    "": ("VCALENDAR", "VEVENT", "VTIMEZONE"),
    "VCALENDAR": ("VEVENT", "VTIMEZONE"),
    "VTIMEZONE": ("STANDARD", "DAYLIGHT"),  # skipped: zones are known by their names
}
# What is said about time, with the parameters that are understood …
_SAID = {
    "DTSTART": ("TZID", "VALUE"),
    "DTEND": ("TZID", "VALUE"),
    "DURATION": (),
    "RRULE": (),
    "RDATE": ("TZID", "VALUE"),
    "EXDATE": ("TZID", "VALUE"),
}
# … and what says nothing about it. Any other line must not be skipped: a typing error could open a door.
_REMARK = re.compile(
    "ATTACH|ATTENDEE|CATEGORIES|CLASS|COLOR|COMMENT|CONFERENCE|CONTACT|CREATED|DESCRIPTION|DTSTAMP|GEO|IMAGE"
    "|LAST-MODIFIED|LOCATION|METHOD|NAME|ORGANIZER|PRIORITY|PRODID|REFRESH-INTERVAL|RELATED-TO|REQUEST-STATUS"
    "|RESOURCES|SEQUENCE|SOURCE|STATUS|SUMMARY|TRANSP|UID|URL|VERSION|X-.*"
)
_Line = tuple[str, Mapping[str, Any], str]  # name, parameters, value


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Event, ...]:
    if len(text) > MOST_CHARACTERS:
        raise ScheduleError(f"The text is longer than {MOST_CHARACTERS} characters.")
    blocks = list(islice(_blocks(text), MOST_EVENTS + 1))
    if not blocks:
        raise ScheduleError("The text holds no event (VEVENT).")
    if len(blocks) > MOST_EVENTS:
        raise ScheduleError(f"The text holds more than {MOST_EVENTS} events.")
    events, room = list[Event](), MOST_A_YEAR
    for number, block in enumerate(blocks, 1):
        events.append(_event_or_why_not(number, block))
        room -= events[-1].most_a_year
        if room < 0:
            raise ScheduleError(f"The events may take place more than {MOST_A_YEAR} times a year.")
    return tuple(events)


def _blocks(text: str) -> Iterator[list[_Line]]:
    """The lines of each VEVENT."""
    inside, block = [""], list[_Line]()
    for line in _lines(text):
        name, what = line[0], line[2].upper()
        if name == "BEGIN":
            if what not in _MAY_HOLD.get(inside[-1], ()):
                raise ScheduleError(f"A schedule is made of events (VEVENT); {short(what)} has no place there.")
            inside.append(what)
            block = []
        elif name == "END":
            if inside.pop() != what or not inside:
                raise ScheduleError(f"{short(what)} ends where it did not begin.")
            if what == "VEVENT":
                yield block
        elif inside[-1] == "VEVENT":
            block.append(line)
        elif inside[-1] in _MAY_HOLD and inside[-1] != "VTIMEZONE":
            _refuse_unless_remark(name, what, "The text ")
    if inside != [""]:
        raise ScheduleError(f"The text ends inside a {short(inside[-1])}.")


def _lines(text: str) -> Iterator[_Line]:
    for line in filter(None, Contentlines.from_ical(text)):  # type: ignore[no-untyped-call]
        try:
            name, parameters, value = line.raw_parts()
        except ValueError:
            raise ScheduleError(f"This line is not iCalendar: {short(line)}.") from None
        yield name.upper(), parameters, value


def _event_or_why_not(number: int, block: list[_Line]) -> Event:
    starts = (value for name, _, value in block if name == "DTSTART" and MOMENT.fullmatch(value))
    start = next((f" (DTSTART {value})" for value in starts), "")
    try:
        return _event(block)
    except ScheduleError as error:
        raise ScheduleError(f"Event {number}{start} {error}") from None


def _event(block: list[_Line]) -> Event:
    said = _said(block)
    if not said["DTSTART"]:
        raise ScheduleError("has no start (DTSTART).")
    first = moment(*said["DTSTART"][0])
    start = _at_midnight(first)
    parts = recurrence.parts_of(said["RRULE"][0][2]) if said["RRULE"] else {}
    rule = recurrence.rule(said["RRULE"][0][2], start) if parts else None
    more, without = _moments(said["RDATE"], first), _moments(said["EXDATE"], first)
    return Event(
        zone=start.tzinfo,
        length=_length(said, first),
        rule=rule,
        until=parts.get("UNTIL"),
        most_a_year=recurrence.most_a_year(parts),
        more=tuple(map(_at_midnight, more if rule else [first, *more])),
        without=frozenset(m.astimezone(UTC) if isinstance(m, datetime) and m.tzinfo else m for m in without),
    )


def _said(block: list[_Line]) -> dict[str, list[_Line]]:
    said: dict[str, list[_Line]] = {name: [] for name in _SAID}
    for name, parameters, value in block:
        if name not in said:
            _refuse_unless_remark(name, value)
            continue
        for parameter in parameters:
            if parameter not in _SAID[name] and not parameter.startswith("X-"):
                raise ScheduleError(f"says {name} with {short(parameter)}, which no schedule can follow.")
        if said[name] and name not in ("RDATE", "EXDATE"):
            raise ScheduleError(f"says {name} twice.")
        said[name].append((name, parameters, value))
    return said


def _refuse_unless_remark(name: str, value: str, subject: str = "") -> None:
    if (name, value.upper()) in (("STATUS", "CANCELLED"), ("METHOD", "CANCEL")):
        raise ScheduleError(f"{subject}is cancelled; take it out.")
    if not (_REMARK.fullmatch(name) or (name, value.upper()) == ("CALSCALE", "GREGORIAN")):
        raise ScheduleError(f"{subject}has a line {short(name)}, which no schedule can follow.")


def _moments(lines: list[_Line], first: date | datetime) -> list[date | datetime]:
    """Of RDATE, and of EXDATE, which may also leave out a whole day."""
    moments = []
    for name, parameters, value in lines:
        for text in value.split(","):
            named = moment(name, parameters, text)
            if type(named) is not type(first) and (name, type(named)) != ("EXDATE", date):
                raise ScheduleError(f"says {name} {text}, which is of another kind than its DTSTART.")
            moments.append(named)
    return moments


def _at_midnight(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _length(said: dict[str, list[_Line]], first: date | datetime) -> timedelta:
    """On the wall clock, where DTEND is."""
    if said["DTEND"] and said["DURATION"]:
        raise ScheduleError("has both DTEND and DURATION.")
    if said["DTEND"]:
        length = _between(first, moment(*said["DTEND"][0]))
    elif said["DURATION"]:
        length = _duration(said["DURATION"][0][2])
    elif isinstance(first, datetime):
        raise ScheduleError("has no end.")
    else:
        length = DAY
    if length <= timedelta():
        raise ScheduleError("does not end after its start.")
    if length > YEAR:
        raise ScheduleError("is longer than 366 days.")
    if not isinstance(first, datetime) and length % DAY:
        raise ScheduleError("starts with a day but does not last whole days.")
    return length


def _between(start: date | datetime, end: date | datetime) -> timedelta:
    if isinstance(start, datetime) and isinstance(end, datetime) and bool(start.tzinfo) == bool(end.tzinfo):
        return (end.astimezone(start.tzinfo) if start.tzinfo else end) - start
    if type(start) is not type(end) or isinstance(start, datetime):
        raise ScheduleError("starts and ends in two kinds of time (a day, a local time, a time in a zone).")
    return end - start


def _duration(text: str) -> timedelta:
    try:
        return vDuration(text).td
    except ValueError:
        raise ScheduleError(f"says DURATION {short(text)}, which is none.") from None
