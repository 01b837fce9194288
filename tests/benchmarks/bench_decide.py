"""One decision: an access with a weekly schedule, and a year of exceptions taken from it."""

import time
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest

from visitor_portal.building import schedule
from visitor_portal.building.rules import Asked, Right, decide

from .figures import p95, show

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

MOST_MS = 1.0
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
ASKED = Asked(holder="invite", door="lobby", direction="in")


def event(start: str, end: str, rule: str = "") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"DTSTART:{start}", f"DTEND:{end}", *([rule] if rule else []), "END:VEVENT"])


WEEKLY = event("19700105T080000", "19700105T170000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
YEAR = "\r\n".join(event(f"{day:%Y%m%d}T120000", f"{day:%Y%m%d}T123000") for day in DAYS)


def right(zone: str) -> Right:
    return Right(
        holders=frozenset(["invite"]),
        doors={("lobby", "in"): frozenset(["REMOTE"])},
        schedule=schedule.Schedule(WEEKLY, YEAR, zone),
    )


def measure(zones: list[str], hours: int) -> list[float]:
    times = []
    for zone in zones:
        access = right(zone)
        for hour in range(hours):
            now = MONDAY + timedelta(hours=hour, minutes=7)
            began = time.perf_counter()
            decide([access], ASKED, now=now)
            times.append(1000 * (time.perf_counter() - began))
    return times


def test_decide():
    # A zone that nobody asked for yet is a schedule that nobody has read yet.
    first = measure(["Europe/Lisbon", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Australia/Sydney"], 1)
    then = measure(["Europe/Lisbon"], 2000)
    rows = [
        ["the first one of a year, in this process", len(first), median(first), max(first)],
        ["each one after it", len(then), median(then), p95(then)],
    ]
    show("decide", ["", "n", "p50 ms", "p95 (first: max) ms"], rows)
    assert p95(then) < MOST_MS
