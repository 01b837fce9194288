"""When a schedule holds, to the second, whatever the clocks do."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from visitor_portal.building.schedule import Schedule, Window, check

from .calendars import CHANGES, DAY, HOUR, NIGHTS, SECOND, WORK, days, event, repeated, starts, timed, utc


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [WORK, f"BEGIN:VCALENDAR\nVERSION:2.0\n{WORK}END:VCALENDAR\n"])
@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-03-12T07:59:59.999999", False),
        ("2026-03-12T08:00:00", True),
        ("2026-03-12T16:59:59.999999", True),
        ("2026-03-12T17:00:00", False),
        ("2026-03-14T12:00:00", False),
    ],
)
def test_holds_from_the_start_and_not_at_the_end(text, line_end, moment, holds):
    assert Schedule(text.replace("\n", line_end), "", "UTC").holds(utc(moment)) is holds


@pytest.mark.parametrize(("zone", "changes", "hours"), CHANGES)
def test_starts_and_ends_by_the_wall_clock_when_clocks_change(zone, changes, hours):
    always = Schedule(repeated("FREQ=DAILY"), "", zone)
    for day in (changes - DAY, changes, changes + DAY):
        start, end = (datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC) for hour in (8, 17))
        moments = (start - SECOND, start, end - SECOND, end)
        assert [always.holds(moment) for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(("zone", "changes", "hours"), CHANGES)
def test_a_night_and_a_day_are_as_long_as_the_clocks_make_them(zone, changes, hours):
    noon = datetime.combine(changes - DAY, time(12), ZoneInfo(zone))
    night = Schedule(NIGHTS, "", zone).next_window(noon)
    assert night is not None
    assert night.end - night.start == (8 - hours) * HOUR
    whole_day = Schedule(event(f"DTSTART;VALUE=DATE:{changes:%Y%m%d}"), "", zone).next_window(noon)
    assert whole_day == Window(*(datetime.combine(day, time(), ZoneInfo(zone)) for day in (changes, changes + DAY)))
    assert whole_day.end - whole_day.start == (24 - hours) * HOUR


@pytest.mark.parametrize(
    ("start", "end", "from_utc", "to_utc"),
    [
        ("20260329T021500", "20260329T024500", "2026-03-29T01:15", "2026-03-29T01:45"),  # do not exist
        ("20260329T013000", "20260329T023000", "2026-03-29T00:30", "2026-03-29T01:30"),
        ("20261025T021500", "20261025T024500", "2026-10-25T00:15", "2026-10-25T00:45"),  # exist twice
        ("20261025T023000", "20261025T033000", "2026-10-25T00:30", "2026-10-25T02:30"),
    ],
)
def test_missing_and_doubled_hours(start, end, from_utc, to_utc):
    windows = Schedule(timed(start, end), "", "Europe/Berlin").windows(utc("2026-01-01"), utc("2027-01-01"))
    assert windows == [Window(utc(from_utc), utc(to_utc))]


def test_a_window_that_the_change_of_clocks_swallows_is_none():
    assert starts(timed("20260329T023000", "20260329T030000"), zone="Europe/Berlin") == []


def test_a_zone_of_its_own_goes_before_the_building_s():
    berlin = event("DTSTART;TZID=Europe/Berlin:20260101T080000", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;COUNT=7")
    assert starts(berlin, zone="Asia/Tokyo")[2::4] == ["03-01 07:00", "07-01 06:00"]
    outlook = berlin.replace("Europe/Berlin", "W. Europe Standard Time")
    assert starts(outlook, zone="Asia/Tokyo") == starts(berlin)
    assert starts(timed("20260101T080000Z", "20260101T090000Z"), zone="Asia/Tokyo") == ["01-01 08:00"]
    mixed = event("DTSTART;TZID=Europe/Berlin:20260701T080000", "DTEND:20260701T070000Z")
    assert Schedule(mixed, "", "UTC").next_window(utc("2026-07-01")) == Window(
        utc("2026-07-01T06:00"), utc("2026-07-01T07:00")
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", ["01-05", "01-12"]),  # DTSTART is a Thursday: no occurrence, and not counted
        ("FREQ=DAILY;UNTIL=20260103T080000", ["01-01", "01-02", "01-03"]),
        ("FREQ=DAILY;UNTIL=20260103T080000Z", ["01-01", "01-02", "01-03"]),
        ("FREQ=DAILY;UNTIL=20260103T075959", ["01-01", "01-02"]),
        ("FREQ=DAILY;UNTIL=20260103", ["01-01", "01-02", "01-03"]),
        ("FREQ=DAILY;UNTIL=99991231T235959Z;INTERVAL=200", ["01-01", "07-20"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TH;WKST=SU;COUNT=4", ["01-01", "01-11", "01-15", "01-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", ["01-31", "03-31", "05-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", ["01-30", "02-27", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", ["02-13", "03-13", "11-13"]),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3,10", ["03-29", "10-25"]),
        ("FREQ=YEARLY;BYDAY=20MO", ["05-18"]),
        ("FREQ=YEARLY", ["01-01"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", []),
    ],
)
def test_rules(rule, expected):
    assert days(repeated(rule)) == expected


def test_the_last_day_is_that_of_the_building_or_an_instant():
    for until, last in [
        ("", "01-03"),
        ("T080000", "01-03"),
        ("T075959", "01-02"),
        ("T180000Z", "01-03"),
        ("T175959Z", "01-02"),
    ]:
        rule = repeated(f"FREQ=DAILY;UNTIL=20260103{until}")
        assert days(rule, zone="Pacific/Honolulu")[-1] == last
    tokyo = repeated("FREQ=DAILY;UNTIL=20260102T230000Z")
    assert starts(tokyo, zone="Asia/Tokyo") == ["01-01 00:00", "01-01 23:00", "01-02 23:00"]


def test_left_out_and_added_dates():
    four = repeated("FREQ=DAILY;COUNT=4", "EXDATE:20260101T080000,20260102T080001", "EXDATE;VALUE=DATE:20260103")
    assert days(four) == ["01-02", "01-04"]
    zoned = "EXDATE;TZID=Europe/Berlin:20260101T090000"
    assert days(repeated("FREQ=DAILY;COUNT=2", zoned, "EXDATE:20260102T080000Z"), zone="UTC") == []
    more = timed("20260101T080000", "20260101T090000", "RDATE:20260105T080000,20260107T100000Z", zoned)
    assert starts(more) == ["01-05 08:00", "01-07 10:00"]
    assert starts(more.replace(zoned, "X-NOTHING:"), zone="Europe/Berlin")[-1] == "01-07 10:00"
    doubled = "DTSTART;TZID=Europe/Berlin:20261025T023000", "EXDATE;TZID=Europe/Berlin:20261025T023000"
    assert starts(event(*doubled, "DURATION:PT1H")) == []
    holidays = event("DTSTART;VALUE=DATE:20260101", "RDATE;VALUE=DATE:20261224,20261225", "EXDATE:20260101")
    assert starts(holidays, zone="Europe/Berlin") == ["12-23 23:00"]


def test_exceptions_subtract():
    lunch = timed("20260101T120000", "20260101T130000", "RRULE:FREQ=DAILY")
    christmas = event("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "RRULE:FREQ=YEARLY")
    open_days = starts(WORK, lunch + christmas)
    assert open_days[-6:] == [f"12-{day} {hour}:00" for day in (29, 30, 31) for hour in ("08", "13")]
    assert not {start[:5] for start in open_days} & {"12-24", "12-25", "12-26"}
    assert starts("", christmas) == ["01-01 00:00", "12-27 00:00"]
    assert starts(WORK, WORK) == []


def test_several_events_are_a_union_and_touching_ones_are_merged():
    text = "".join(
        timed(f"20260101T{start}0000", f"20260101T{end}0000", "UID:the same")
        for start, end in [("10", "12"), ("08", "10"), ("09", "11"), ("13", "14")]
    )
    windows = Schedule(text, "", "UTC").windows(utc("2026-01-01"), utc("2026-01-02"))
    hours = [(window.start.hour, window.end.hour) for window in windows]
    assert hours == [(8, 12), (13, 14)]


def test_a_long_event_reaches_into_the_years_after_it():
    long = Schedule(event("DTSTART:20260601T080000", "DURATION:P366D"), "", "UTC")
    assert long.holds(utc("2027-06-02T07:59:59"))
    assert not long.holds(utc("2027-06-02T08:00:00"))


def test_windows_are_clipped_and_go_on_over_new_year():
    night = Schedule(NIGHTS, "", "UTC")
    silvester = Window(utc("2026-12-31T22:00"), utc("2027-01-01T06:00"))
    assert night.windows(utc("2026-12-31T12:00"), utc("2027-01-01T12:00")) == [silvester]
    one = utc("2027-01-01T01:00")
    assert night.windows(one, one + HOUR) == [Window(one, one + HOUR)]
    assert night.windows(one, one) == night.windows(one, one - HOUR) == []


@pytest.mark.parametrize("blank", ["", " \r\n"])
def test_without_a_definition_it_always_holds_and_without_an_exception_nothing_is_taken(blank):
    always, one = Schedule(blank, blank, "UTC"), utc("2026-12-31T23:59:59")
    check(blank)
    assert always.holds(one)
    assert always.windows(one, one + HOUR) == [Window(one, one + HOUR)]
    assert always.next_window(one) == Window(one - 366 * DAY, one + 732 * DAY)


def test_the_next_window_is_the_one_that_holds_or_the_next_within_a_year():
    once = Schedule(timed("20260312T080000", "20260312T170000"), "", "UTC")
    window = Window(utc("2026-03-12T08:00"), utc("2026-03-12T17:00"))
    assert once.next_window(window.start - 366 * DAY - SECOND) is None
    for at in (window.start - 366 * DAY, window.start - SECOND, window.start, window.end - SECOND):
        assert once.next_window(at) == window
    assert once.next_window(window.end) is None
