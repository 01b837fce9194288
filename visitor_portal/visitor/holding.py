"""When an invite holds, as plain facts on the building's own clock. Pure: the moment is an argument.

What a building forbids to all invites comes as information only: whether a door opens is decided there, at the tap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from visitor_portal.public_access.wire import CurfewWindow, Invite, Schedule

MIDNIGHT = 24 * 60  # a day in minutes
LONGEST_LOOK = 60  # days ahead in which the next open hour is looked for
MOST_DAYS = 12  # dates that are listed


@dataclass(frozen=True, slots=True)
class Stretch:
    """From then until then. An end that is missing was not set."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes since midnight: start <= minute < end."""

    start: int
    end: int

    @property
    def is_whole_day(self) -> bool:
        return (self.start, self.end) == (0, MIDNIGHT)


@dataclass(frozen=True, slots=True)
class Days:
    """Weekdays in a row with the same hours; Sunday is 0. No hours: nobody comes in."""

    first: int
    last: int
    count: int
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One of several schedules, or of what may become several."""

    name: str
    current: Stretch | None
    following: Stretch | None


@dataclass(frozen=True, slots=True)
class Holding:
    zone: tzinfo
    current: Stretch | None  # holds now
    following: Stretch | None  # holds next
    repeats: bool
    ends: datetime | None  # of something that repeats
    week: tuple[Days, ...]  # empty: the building has no hours for invites
    without: tuple[date, ...]  # days on which the building lets no invite in
    opens_at: datetime | None  # set while the building's hours keep every invite out
    entries: tuple[Entry, ...]

    def waits(self, now: datetime) -> bool:
        """Between two windows: valid, and good for nothing yet."""
        begins = self.following.since if self.following else None
        return self.current is None and begins is not None and begins > now


def of(invite: Invite, now: datetime, *, first_day: int = 1) -> Holding:
    """`first_day`: the one with which the reader's weeks begin."""
    zone, schedule = _zone(invite.timezone), invite.schedule or Schedule()
    current, following = _stretches(schedule)
    if not (current or following) and (invite.valid_from or invite.valid_to):
        whole = Stretch(invite.valid_from, invite.valid_to)
        is_ahead = invite.valid_from is not None and invite.valid_from > now
        current, following = (None, whole) if is_ahead else (whole, None)
    without = _dates(invite.blackout_dates)
    hours = _hours(invite.curfew_windows)
    allowed = frozenset(invite.allowed_weekdays) or frozenset(range(7))
    has_hours = bool(invite.allowed_weekdays) or hours != (Hours(0, MIDNIGHT),)
    return Holding(
        zone=zone,
        current=current,
        following=following,
        repeats=schedule.is_recurring,
        ends=_last(invite, schedule) if schedule.is_recurring else None,
        week=_week(allowed, hours, first_day) if has_hours else (),
        without=_ahead(without, now.astimezone(zone).date(), invite.valid_to, zone),
        opens_at=_opens_at(now.astimezone(zone), allowed, hours, frozenset(without)),
        entries=_entries(invite),
    )


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC


# -- windows


def _stretches(schedule: Schedule) -> tuple[Stretch | None, Stretch | None]:
    active, ahead = schedule.active_window, schedule.next_window
    return (
        Stretch(active.from_, active.to) if active else None,
        Stretch(ahead.from_, ahead.to) if ahead else None,
    )


def _last(invite: Invite, schedule: Schedule) -> datetime | None:
    end = schedule.series_end
    return (end and (end.at or end.last_window_to)) or invite.valid_to


def _entries(invite: Invite) -> tuple[Entry, ...]:
    found = [Entry(one.name or "", *_stretches(one.schedule)) for one in invite.schedule_entries if one.is_enabled]
    are_several = len(found) > 1 or invite.schedule_kind == "multiple"
    return tuple(entry for entry in found if entry.current or entry.following) if are_several else ()


# -- the building's hours for invites


def _hours(curfews: tuple[CurfewWindow, ...]) -> tuple[Hours, ...]:
    """What the curfews leave of a day."""
    shut = sorted(part for curfew in curfews for part in _shut(curfew))
    hours, since = list[Hours](), 0
    for start, end in [*shut, (MIDNIGHT, MIDNIGHT)]:
        if start > since:
            hours.append(Hours(since, start))
        since = max(since, end)
    return tuple(hours)


def _shut(curfew: CurfewWindow) -> Iterator[tuple[int, int]]:
    """The end's whole minute belongs to it, and it may pass midnight."""
    try:
        start, end = _minute(curfew.start), _minute(curfew.end) + 1
    except ValueError:
        return
    if start < end:
        yield start, end
    else:
        yield from ((start, MIDNIGHT), (0, end))


def _minute(text: str) -> int:
    found = time.fromisoformat(text)
    return found.hour * 60 + found.minute


def _week(allowed: frozenset[int], hours: tuple[Hours, ...], first_day: int) -> tuple[Days, ...]:
    rows = list[Days]()
    for day in ((first_day + step) % 7 for step in range(7)):
        today = hours if day in allowed else ()
        if rows and rows[-1].hours == today:
            rows[-1] = Days(rows[-1].first, day, rows[-1].count + 1, today)
        else:
            rows.append(Days(day, day, 1, today))
    return tuple(rows)


def _dates(texts: tuple[str, ...]) -> tuple[date, ...]:
    found = set[date]()
    for text in texts:
        try:
            found.add(date.fromisoformat(text[:10]))
        except ValueError:
            continue
    return tuple(sorted(found))


def _ahead(days: tuple[date, ...], today: date, until: datetime | None, zone: tzinfo) -> tuple[date, ...]:
    last = until.astimezone(zone).date() if until else date.max
    return tuple(day for day in days if today <= day <= last)[:MOST_DAYS]


def _opens_at(
    now: datetime, allowed: frozenset[int], hours: tuple[Hours, ...], without: frozenset[date]
) -> datetime | None:
    """The next open minute of the building, when this one is none."""
    for step in range(LONGEST_LOOK):
        day = now.date() + timedelta(days=step)
        if day in without or day.isoweekday() % 7 not in allowed:
            continue
        for part in hours:
            if _at(day, part.start, now) > now:
                return _at(day, part.start, now)
            if now < _at(day, part.end, now):
                return None
    return None


def _at(day: date, minute: int, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo) + timedelta(minutes=minute)
