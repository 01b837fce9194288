"""Schedules against slower and plainer readers of the same text."""

import random
from datetime import UTC, date, datetime, time
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from visitor_portal.building.schedule import Schedule, ScheduleError, check

from .calendars import CHANGES, DAY, HOUR, NIGHTS, SECOND, WORK, event, repeated, timed, utc


@pytest.mark.parametrize("zone", sorted({zone for zone, _, _ in CHANGES}))
def test_agrees_with_the_clock_on_the_wall_all_year(zone):
    chance, place = random.Random(zone), ZoneInfo(zone)
    schedule = Schedule(WORK.replace("20260101", "19700101"), "", zone)
    for _ in range(3000):
        at = utc("2026-01-01") + chance.randrange(365 * 86400) * SECOND
        wall = at.astimezone(place)
        assert schedule.holds(at) is (wall.weekday() < 5 and time(8) <= wall.time() < time(17)), wall


SOME = st.fixed_dictionaries(
    {},
    optional={
        "INTERVAL": st.integers(1, 4),
        "BYMONTH": st.sampled_from(["2", "2,3", "1,6,12"]),
        "BYMONTHDAY": st.sampled_from(["1", "-1", "13,31", "1,2,3,4,5,6,7"]),
        "BYDAY": st.sampled_from(["MO", "MO,TU,WE,TH,FR", "SA,SU"]),
        "WKST": st.sampled_from(["MO", "SU", "WE"]),
    },
)
UNTILS = st.sampled_from(["", "20260704T080000", "20270101T075959"])
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def counted(day: date, frequency: str, week_start: int) -> int:
    """The number of a day's period: days, weeks, months or years."""
    weeks = (day.toordinal() - 1 - week_start) // 7
    return {"DAILY": day.toordinal(), "WEEKLY": weeks, "MONTHLY": day.year * 12 + day.month, "YEARLY": day.year}[
        frequency
    ]


def takes_place(day: date, first: date, frequency: str, said: dict[str, Any]) -> bool:
    """A rule looked at one day at a time, as slowly and as plainly as can be."""
    week_start = DAYS.index(said.get("WKST", "MO"))
    periods = counted(day, frequency, week_start) - counted(first, frequency, week_start)
    named = {name: set(said[name].split(",")) for name in ("BYMONTH", "BYMONTHDAY", "BYDAY") if name in said}
    if "BYDAY" not in named and "BYMONTHDAY" not in named:
        if frequency == "WEEKLY":
            named["BYDAY"] = {DAYS[first.weekday()]}
        elif frequency != "DAILY":
            named["BYMONTHDAY"] = {str(first.day)}
            if frequency == "YEARLY":
                named.setdefault("BYMONTH", {str(first.month)})
    left = (date(day.year + day.month // 12, day.month % 12 + 1, 1) - day).days
    is_it = {"BYMONTH": {str(day.month)}, "BYMONTHDAY": {str(day.day), str(-left)}, "BYDAY": {DAYS[day.weekday()]}}
    return day >= first and periods % said.get("INTERVAL", 1) == 0 and all(is_it[n] & named[n] for n in named)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    SOME,
    UNTILS,
    st.datetimes(datetime(2019, 1, 1), datetime(2026, 3, 1)).map(lambda first: first.replace(microsecond=0)),
)
def test_follows_rules_as_a_reader_of_the_calendar_would(frequency, said, until, first):
    if frequency == "WEEKLY":
        said.pop("BYMONTHDAY", None)
    rule = ";".join(
        [f"FREQ={frequency}", *(f"{n}={v}" for n, v in said.items()), *([f"UNTIL={until}"] if until else [])]
    )
    text = event(f"DTSTART:{first:%Y%m%dT%H%M%S}", "DURATION:PT1S", f"RRULE:{rule}")
    year = [date(2026, 1, 1) + n * DAY for n in range(365)]
    days = [day for day in year if takes_place(day, first.date(), frequency, said)]
    starts = [datetime.combine(day, first.time()) for day in days]
    expected = [start for start in starts if not until or start <= datetime.strptime(until, "%Y%m%dT%H%M%S")]
    try:
        check(text)
    except ScheduleError as error:
        assert "never takes place" in str(error) and not expected
        return
    windows = Schedule(text, "", "UTC").windows(utc("2026-01-01"), utc("2027-01-01"))
    assert [window.start.replace(tzinfo=None) for window in windows] == expected


EVENTS = st.builds(
    lambda first, minutes, frequency, left_out: event(
        f"DTSTART;TZID=Europe/Berlin:{first:%Y%m%dT%H%M%S}",
        f"DURATION:PT{minutes}M",
        f"RRULE:FREQ={frequency}",
        f"EXDATE;TZID=Europe/Berlin:{first + left_out * DAY:%Y%m%dT%H%M%S}",
    ),
    st.sampled_from(
        [datetime(2025, month, day, hour, 30) for month in (3, 10) for day in (1, 28) for hour in (2, 22)]
    ),
    st.integers(1, 3000),
    st.sampled_from(["DAILY", "WEEKLY", "WEEKLY;BYDAY=SU,FR,SA,TU", "MONTHLY", "YEARLY"]),
    st.integers(0, 450),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=3))
def test_agrees_with_recurring_ical_events_on_whole_calendars(events):
    calendar = Calendar.from_ical("BEGIN:VCALENDAR\n" + "".join(events) + "END:VCALENDAR\n")
    found = recurring_ical_events.of(calendar).between((2025, 12, 20), (2027, 1, 10))
    seconds: set[int] = set()
    for start, end in ((found["DTSTART"].dt, found["DTEND"].dt) for found in found):
        seconds.update(range(int(start.timestamp()), int(end.timestamp()), 60))
    windows = Schedule("".join(events), "", "UTC").windows(utc("2026-01-01"), utc("2027-01-01"))
    ours = {second for w in windows for second in range(int(w.start.timestamp()), int(w.end.timestamp()), 60)}
    year = range(int(utc("2026-01-01").timestamp()), int(utc("2027-01-01").timestamp()))
    assert ours == {second for second in seconds if second in year}


PIECES = st.text('0123456789TZ:;=,-+\r\n \\"^', max_size=4) | st.sampled_from(
    ["TZID=Mars", "BYDAY=-1FR", "UNTIL=", "COUNT=9", "\nRDATE:20260101", "\nDURATION:P", "99999999", "BEGIN:VEVENT\n"]
)
TEXTS = st.text(max_size=40) | st.builds(
    lambda text, at, length, piece: text[:at] + piece + text[at + length :],
    st.sampled_from([WORK, NIGHTS, repeated("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "EXDATE:20260105T080000")]),
    st.integers(0, 140),
    st.integers(0, 12),
    PIECES,
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.datetimes(timezones=st.just(UTC)))
def test_any_text_is_a_schedule_or_refused_at_any_time(text, at):
    try:
        check(text)
        assert Schedule(text, text, "Europe/Berlin").holds(at) is False or not text.strip()
        Schedule(text, "", "Pacific/Kiritimati").next_window(utc("2026-03-01"))
    except ScheduleError as error:
        assert str(error).endswith(".")


def test_decides_in_less_than_a_millisecond():
    """With a year of daily exceptions; and cold, with the DTSTART of 1970 that controllers write."""
    year = [date(2026, 1, 1) + number * DAY for number in range(365)]
    noons = "".join(timed(f"{day:%Y%m%d}T120000", f"{day:%Y%m%d}T130000") for day in year)
    schedule = Schedule(WORK.replace("20260101", "19700101"), noons, "Europe/Berlin")
    took = []
    for number in range(101):
        began = perf_counter()
        schedule.holds(utc("2026-03-12") + number * HOUR)
        took.append(perf_counter() - began)
    assert sorted(took)[50] < 0.001
    began = perf_counter()
    Schedule(WORK.replace("20260101", "19700102"), "", "Europe/Berlin").holds(utc("2026-03-12"))
    assert perf_counter() - began < 0.1
