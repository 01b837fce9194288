"""Calendars to read schedules from, and what those come to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from visitor_portal.building.schedule import Schedule, ScheduleError, check

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
CHANGES = [  # of the clocks in 2026, and by how many hours
    ("Europe/Lisbon", date(2026, 3, 29), 1),
    ("Europe/Lisbon", date(2026, 10, 25), -1),
    ("Europe/Berlin", date(2026, 3, 29), 1),
    ("Europe/Berlin", date(2026, 10, 25), -1),
    ("America/New_York", date(2026, 3, 8), 1),
    ("America/New_York", date(2026, 11, 1), -1),
    ("America/St_Johns", date(2026, 3, 8), 1),
    ("America/St_Johns", date(2026, 11, 1), -1),
    ("Asia/Kathmandu", date(2026, 3, 29), 0),
    ("Asia/Kathmandu", date(2026, 10, 25), 0),
    ("Australia/Lord_Howe", date(2026, 4, 5), -0.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 0.5),
    ("Pacific/Auckland", date(2026, 4, 5), -1),
    ("Pacific/Auckland", date(2026, 9, 27), 1),
    ("Pacific/Kiritimati", date(2026, 4, 5), 0),
    ("Pacific/Kiritimati", date(2026, 9, 27), 0),
]


def event(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def timed(start: str, end: str, *lines: str) -> str:
    return event(f"DTSTART:{start}", f"DTEND:{end}", *lines)


def repeated(rule: str, *lines: str) -> str:
    """From Thursday 1 January 2026 on, 08:00 to 17:00."""
    return timed("20260101T080000", "20260101T170000", f"RRULE:{rule}", *lines)


WORK = repeated("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
NIGHTS = timed("20260101T220000", "20260102T060000", "RRULE:FREQ=DAILY")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts(definition: str, exception: str = "", *, zone: str = "UTC", year: int = 2026) -> list[str]:
    """Month, day and hour of every window that starts in that year, in UTC."""
    windows = Schedule(definition, exception, zone).windows(utc(f"{year}-01-01"), utc(f"{year + 1}-01-01"))
    return [f"{window.start:%m-%d %H:%M}" for window in windows]


def days(definition: str, **options) -> list[str]:
    return [start[:5] for start in starts(definition, **options)]


def refusal(text: str) -> str:
    with pytest.raises(ScheduleError) as caught:
        check(text)
    with pytest.raises(ScheduleError):
        Schedule("", text, "UTC").holds(utc("2026-01-01"))
    return str(caught.value)
