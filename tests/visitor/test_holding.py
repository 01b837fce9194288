"""When an invite holds, as facts and in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from visitor_portal.public_access.wire import CurfewWindow, Invite, Schedule, ScheduleEntry, Window
from visitor_portal.visitor import holding
from visitor_portal.visitor.clock import Clock, first_day, locale_of
from visitor_portal.visitor.when import When

LISBON = ZoneInfo("Europe/Lisbon")
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=LISBON)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = CurfewWindow("23:00", "05:59")


def invite(**facts: Any) -> Invite:
    return Invite("token", "active", timezone="Europe/Lisbon", **facts)


def window(begin: datetime, hours: float = 2) -> Window:
    return Window(begin, begin + hours * HOUR)


def words(facts: Invite, now: datetime = FRIDAY, asked: str = "en-GB", language: str = "en") -> When:
    locale = locale_of(asked, language)
    held = holding.of(facts, now, first_day=first_day(locale))
    return When(held, Clock(locale, held.zone, now))


def test_what_holds_now_and_what_comes_next() -> None:
    schedule = Schedule(True, 7200, window(FRIDAY - HOUR), window(FRIDAY + 7 * DAY))
    said = words(invite(schedule=schedule, valid_to=FRIDAY + 60 * DAY))
    assert said.lines == [
        ("Now", "until today, 19:00"),
        ("Next", "Fri\xa04\xa0Dec, 18:00–20:00"),
        ("Until", "Tue,\xa026\xa0Jan\xa02027, 18:00"),
    ]
    assert not said.holding.waits(FRIDAY)


def test_a_single_window_that_began_says_its_end() -> None:
    schedule = Schedule(active_window=Window(FRIDAY - DAY, FRIDAY + DAY))
    assert words(invite(schedule=schedule)).lines == [("Until", "tomorrow, 18:00")]


def test_a_single_window_ahead_is_said_whole() -> None:
    schedule = Schedule(next_window=Window(FRIDAY + 3 * DAY, FRIDAY + 4 * DAY))
    assert words(invite(schedule=schedule)).lines == [
        ("When", "Mon\xa030\xa0Nov,\xa018:00 – Tue\xa01\xa0Dec,\xa018:00")
    ]


def test_between_two_windows_it_waits() -> None:
    held = holding.of(invite(schedule=Schedule(True, 7200, None, window(FRIDAY + HOUR))), FRIDAY)
    assert held.waits(FRIDAY) and not held.waits(FRIDAY + HOUR)


@pytest.mark.parametrize(
    ("begins", "ends", "lines"),
    [
        (None, None, []),
        (FRIDAY - DAY, None, []),
        (FRIDAY - DAY, FRIDAY + HOUR, [("Until", "today, 19:00")]),
        (FRIDAY + HOUR, None, [("When", "today, 19:00")]),
        (FRIDAY + HOUR, FRIDAY + 2 * HOUR, [("When", "today, 19:00–20:00")]),
    ],
)
def test_a_building_that_tells_bounds_alone_is_understood(
    begins: datetime | None, ends: datetime | None, lines: list[tuple[str, str]]
) -> None:
    assert words(invite(valid_from=begins, valid_to=ends)).lines == lines


def test_several_schedules_are_named() -> None:
    entries = tuple(
        ScheduleEntry(name, Schedule(next_window=window(FRIDAY + days * DAY)), is_enabled=name != "Off", name=name)
        for days, name in ((1, "Lesson"), (2, "Recital"), (3, "Off"))
    )
    said = words(invite(schedule=Schedule(next_window=window(FRIDAY + DAY)), schedule_entries=entries))
    assert said.lines == [("Lesson", "tomorrow, 18:00–20:00"), ("Recital", "Sun\xa029\xa0Nov, 18:00–20:00")]


def test_the_week_joins_days_with_the_same_hours() -> None:
    facts = invite(curfew_windows=(NIGHT, CurfewWindow("13:00", "13:59")), allowed_weekdays=(1, 2, 3, 4, 6))
    assert words(facts).week == [
        ("Mon – Thu", "06:00–13:00, 14:00–23:00"),
        ("Friday", ""),
        ("Saturday", "06:00–13:00, 14:00–23:00"),
        ("Sunday", ""),
    ]


def test_weeks_begin_where_the_reader_begins_them() -> None:
    facts = invite(allowed_weekdays=(1, 2, 3, 4, 5))
    assert words(facts, asked="en-US").week == [("Sunday", ""), ("Mon – Fri", "all day"), ("Saturday", "")]


def test_one_curfew_is_one_line_and_none_is_no_table() -> None:
    assert words(invite(curfew_windows=(NIGHT,))).week == [("Every day", "06:00–23:00")]
    assert words(invite()).week == [] and words(invite()).is_empty


@pytest.mark.parametrize("curfew", [CurfewWindow("late", "05:59"), CurfewWindow("25:00", "26:00")])
def test_what_is_no_curfew_is_passed_over(curfew: CurfewWindow) -> None:
    assert words(invite(curfew_windows=(curfew,))).week == []


def test_days_without_are_those_still_to_come() -> None:
    facts = invite(
        blackout_dates=("2026-12-24", "2026-11-26", "2027-03-01", "no day", "2026-11-27"), valid_to=FRIDAY + 60 * DAY
    )
    assert holding.of(facts, FRIDAY).without == (date(2026, 11, 27), date(2026, 12, 24))
    assert words(facts).lines[-1] == ("Not on", "Fri\xa027\xa0Nov and Thu\xa024\xa0Dec")


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (FRIDAY, ""),
        (FRIDAY.replace(hour=22, minute=59, second=59), ""),
        (FRIDAY.replace(hour=23), "Sun\xa029\xa0Nov, 06:00"),  # Saturday is not allowed
        (FRIDAY.replace(hour=5, minute=59, second=59), "today, 06:00"),
        (FRIDAY.replace(hour=6), ""),
        (FRIDAY + DAY, "tomorrow, 06:00"),
        (datetime(2026, 12, 24, 12, tzinfo=LISBON), "tomorrow, 06:00"),
    ],
)
def test_says_when_the_building_opens_again(at: datetime, opens: str) -> None:
    facts = invite(curfew_windows=(NIGHT,), allowed_weekdays=(0, 1, 2, 3, 4, 5), blackout_dates=("2026-12-24",))
    assert words(facts, now=at).opens_at == opens


def test_a_building_that_is_shut_for_good_says_no_hour() -> None:
    whole = CurfewWindow("00:00", "23:59")
    assert holding.of(invite(curfew_windows=(whole,)), FRIDAY).opens_at is None
    assert words(invite(curfew_windows=(whole,))).week == [("Every day", "")]


def test_hours_are_those_of_the_wall_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=LISBON)  # at one o'clock it is two
    opens = holding.of(invite(curfew_windows=(NIGHT,)), before).opens_at
    assert opens is not None and opens.astimezone(UTC) == datetime(2026, 3, 29, 5, tzinfo=UTC)


@pytest.mark.parametrize("zone", [None, "", "Atlantis/Centre", "../../etc/passwd"])
def test_a_zone_that_is_none_is_utc(zone: str | None) -> None:
    held = holding.of(Invite("token", "active", timezone=zone), FRIDAY)
    assert FRIDAY.astimezone(held.zone).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("asked", "language", "moment"),
    [
        ("en-GB", "en", "Mon\xa030\xa0Nov, 18:00"),
        ("en-US,en;q=0.9", "en", "Mon,\xa0Nov\xa030, 6:00\u202fPM"),
        ("de-AT", "de", "Mo.,\xa030.\xa0Nov., 18:00"),
        ("pt-BR", "pt-br", "seg.,\xa030\xa0de\xa0nov. 18:00"),
        ("zh-CN", "zh-hans", "11月30日周一 18:00"),
        ("xx", "en", "Mon,\xa0Nov\xa030, 6:00\u202fPM"),
        ("en-u-hc-h23, ../..;q=0.5", "en", "Mon,\xa0Nov\xa030, 6:00\u202fPM"),
    ],
)
def test_dates_are_written_as_the_region_writes_them(asked: str, language: str, moment: str) -> None:
    clock = Clock(locale_of(asked, language), LISBON, FRIDAY)
    with translation.override(language):
        assert clock.moment(FRIDAY + 3 * DAY) == moment


def test_says_where_the_clock_hangs_and_how_long_it_takes() -> None:
    clock = Clock(locale_of("de", "de"), LISBON, FRIDAY)
    assert (clock.place, clock.left(FRIDAY + 2 * HOUR + timedelta(minutes=3))) == ("Lissabon", "in 2 Stunden")
