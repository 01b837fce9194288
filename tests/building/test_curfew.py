from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from visitor_portal.building.curfew import Curfew, HouseRules, read
from visitor_portal.building.schedule import ScheduleError

MICROSECOND = timedelta(microseconds=1)
NIGHT = (Curfew(time(23), time(5, 59)),)
LUNCH = (Curfew(time(12), time(13)),)


def at(text: str, zone: str = "Europe/Lisbon") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def refusal(moment: str, zone: str = "Europe/Lisbon", **rules) -> str:
    return HouseRules(zone, **rules).refusal(at(moment, zone))


def test_a_building_without_rules_refuses_nothing():
    assert refusal("2026-03-12T03:00") == ""


@pytest.mark.parametrize(
    ("curfews", "last_before", "first", "last", "first_after"),
    [
        (LUNCH, "11:59:59", "12:00:00", "13:00:59", "13:01:00"),
        (NIGHT, "22:59:59", "23:00:00", "05:59:59", "06:00:00"),
        ((Curfew(time(8), time(8)),), "07:59:59", "08:00:00", "08:00:59", "08:01:00"),
        ((Curfew(time(20), time(23, 59)),), "19:59:59", "20:00:00", "23:59:59", "00:00:00"),
        ((Curfew(time(), time(5)),), "23:59:59", "00:00:00", "05:00:59", "05:01:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Lisbon", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu"])
def test_a_curfew_holds_from_its_start_to_the_end_of_its_last_minute(
    zone, curfews, last_before, first, last, first_after
):
    day = "2026-03-12T"
    for moment, expected in [(last_before, ""), (first, "curfew"), (last, "curfew"), (first_after, "")]:
        assert refusal(day + moment, zone, curfews=curfews) == expected
    assert HouseRules(zone, curfews).refusal(at(day + last_before, zone) + timedelta(seconds=1) - MICROSECOND) == ""
    assert HouseRules(zone, curfews).refusal(at(day + first_after, zone) - MICROSECOND) == "curfew"


def test_each_of_several_curfews_counts():
    moments = ["05:59", "06:00", "12:30", "14:00", "23:00"]
    found = [refusal(f"2026-03-12T{moment}", curfews=NIGHT + LUNCH) for moment in moments]
    assert found == ["curfew", "", "curfew", "", "curfew"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-29T00:59:59", ""),  # 01:59:59 in Berlin, and a second later 03:00:00
        ("2026-03-29T01:00:00", "curfew"),
        ("2026-10-24T23:59:59", ""),  # the hour from 02:00 to 03:00 comes twice
        ("2026-10-25T00:00:00", "curfew"),
        ("2026-10-25T00:59:59", "curfew"),
        ("2026-10-25T01:00:00", "curfew"),
        ("2026-10-25T02:30:59", "curfew"),
        ("2026-10-25T02:31:00", ""),
    ],
)
def test_a_curfew_follows_the_wall_clock_when_clocks_change(moment, expected):
    rules = HouseRules("Europe/Berlin", (Curfew(time(2), time(3, 30)),))
    assert rules.refusal(at(moment, "UTC")) == expected


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Lisbon", "2026-03-29", 23),
        ("Europe/Lisbon", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Pacific/Kiritimati", "2026-03-29", 24),
    ],
)
def test_a_blackout_date_is_a_whole_day_of_the_building(zone, day, hours):
    rules = HouseRules(zone, blackout_dates=frozenset([date.fromisoformat(day)]))
    first = at(day, zone)
    after = first + timedelta(hours=hours)
    moments = (first - MICROSECOND, first, after - MICROSECOND, after)
    assert [rules.refusal(moment) for moment in moments] == ["", "blackout_date", "blackout_date", ""]


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("number", range(7))
def test_weekdays_count_from_sunday_on_and_by_the_local_day(zone, number):
    sunday = datetime(2026, 3, 1, tzinfo=ZoneInfo(zone))
    first, after = (sunday + timedelta(days=number + more) for more in (0, 1))
    moments = (first - MICROSECOND, first, after - MICROSECOND, after)
    rules = HouseRules(zone, weekdays=frozenset([number]))
    assert [rules.refusal(moment) for moment in moments] == ["outside_schedule", "", "", "outside_schedule"]


def test_says_the_first_reason():
    moment = "2026-03-12T12:30"  # a Thursday
    blackout, weekdays = frozenset([date(2026, 3, 12)]), frozenset([0])
    assert refusal(moment, curfews=LUNCH, weekdays=weekdays, blackout_dates=blackout) == "blackout_date"
    assert refusal(moment, curfews=LUNCH, weekdays=weekdays) == "outside_schedule"
    assert refusal(moment, curfews=LUNCH, weekdays=frozenset([4])) == "curfew"


def test_reads_what_a_building_keeps():
    rules = read("Europe/Lisbon", [{"start": "23:00", "end": "05:59"}], [1, 2, 3, 4, 5], ["2026-12-24"])
    assert rules == HouseRules("Europe/Lisbon", NIGHT, frozenset(range(1, 6)), frozenset([date(2026, 12, 24)]))


@pytest.mark.parametrize("weekdays", [None, []])
def test_no_weekdays_are_all_weekdays(weekdays):
    assert read("Europe/Lisbon", [], weekdays, []) == HouseRules("Europe/Lisbon")


WINDOW = 'A curfew window has a start and an end, as in {"start": "23:00", "end": "05:59"}.'


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        ({"start": "23:00", "end": "05:59"}, "Curfew windows must be a list."),
        (None, "Curfew windows must be a list."),
        ([["23:00", "05:59"]], WINDOW),
        ([{"start": "23:00"}], WINDOW),
        ([{"start": "23:00", "end": "05:59", "days": [1]}], WINDOW),
        *(
            (
                [{"start": start, "end": "05:59"}],
                f"A curfew starts and ends at hours from 00:00 to 23:59, not at {start!r}.",
            )
            for start in ["24:00", "7:00", "23:60", "23:00:00", "23.00", " 23:00", "٢٣:00", "", 23, None]
        ),
    ],
)
def test_refuses_other_curfew_windows(windows, sentence):
    with pytest.raises(ScheduleError) as caught:
        read("Europe/Lisbon", windows, [], [])
    assert str(caught.value) == sentence


@pytest.mark.parametrize("weekdays", [0, False, "", "1,2", {}, {"1": True}])
def test_refuses_weekdays_that_are_no_list(weekdays):
    with pytest.raises(ScheduleError, match=r"^Allowed weekdays must be a list\.$"):
        read("Europe/Lisbon", [], weekdays, [])


@pytest.mark.parametrize("day", [7, -1, 1.0, True, "1", "MO", None, [1]])
def test_refuses_other_weekdays(day):
    with pytest.raises(ScheduleError, match=r"^A weekday is a number from 0 \(Sunday\) to 6 \(Saturday\), not "):
        read("Europe/Lisbon", [], [1, day], [])


@pytest.mark.parametrize("dates", [None, "2026-12-24", {"2026-12-24": "Christmas"}])
def test_refuses_blackout_dates_that_are_no_list(dates):
    with pytest.raises(ScheduleError, match=r"^Blackout dates must be a list\.$"):
        read("Europe/Lisbon", [], [], dates)


@pytest.mark.parametrize(
    "day", ["20261224", "2026-W52-4", "2026-02-30", "24.12.2026", "2026-12-24T00:00", "", 20261224, None]
)
def test_refuses_other_blackout_dates(day):
    with pytest.raises(ScheduleError, match=r"^A blackout date is a day as in 2026-12-24, not "):
        read("Europe/Lisbon", [], [], ["2026-12-25", day])


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_refuses_an_unknown_zone(zone):
    with pytest.raises(ScheduleError, match=r"^There is no time zone called "):
        read(zone, [], [], [])
