"""When no invite opens: hours, weekdays and dates are typed in as one says them."""

import pytest

from .forms import errors, read, send


@pytest.fixture
def page(building) -> str:
    return f"/admin/building/building/{building.id}/change/"


def test_hours_are_one_span_a_line(desk, page, building):
    assert send(desk, page, curfew_windows="23:00–05:59\n\n 12:00 - 13:30 \n7:00 to 7:30").status_code == 302
    building.refresh_from_db()
    assert building.curfew_windows == [
        {"start": "23:00", "end": "05:59"},
        {"start": "12:00", "end": "13:30"},
        {"start": "07:00", "end": "07:30"},
    ]
    assert read(desk, page).sent["curfew_windows"] == "23:00–05:59\n12:00–13:30\n07:00–07:30"


@pytest.mark.parametrize("bad", ["23:00", "24:00–05:00", "at night", "23:00–05:61", "23:00–05:00–06:00"])
def test_what_is_no_span_is_named_by_its_line(desk, page, building, bad):
    answer = send(desk, page, curfew_windows=f"23:00–05:59\n{bad}")
    said = f"Line 2, “{bad}”, is no span of hours. Write it as 23:00–05:59."
    assert errors(answer) == {"curfew_windows": [said]}
    assert bad in answer.content.decode()


def test_weekdays_are_ticked(desk, page, building):
    assert read(desk, page).sent.get("allowed_weekdays") is None
    assert send(desk, page, allowed_weekdays=["1", "5", "0"]).status_code == 302
    building.refresh_from_db()
    assert building.allowed_weekdays == [0, 1, 5]
    assert sorted(read(desk, page).sent["allowed_weekdays"]) == ["0", "1", "5"]


def test_the_week_starts_on_monday(desk, page):
    html = desk.get(page).content.decode()
    assert html.index("Monday") < html.index("Saturday") < html.index("Sunday")


@pytest.mark.parametrize("bad", ["7", "-1", "Monday"])
def test_no_other_day_is_taken(desk, page, bad):
    assert list(errors(send(desk, page, allowed_weekdays=[bad]))) == ["allowed_weekdays"]


def test_dates_are_one_a_line_sorted_and_each_once(desk, page, building):
    assert send(desk, page, blackout_dates="2026-12-31\n2026-12-24\n2026-12-31").status_code == 302
    building.refresh_from_db()
    assert building.blackout_dates == ["2026-12-24", "2026-12-31"]
    assert read(desk, page).sent["blackout_dates"] == "2026-12-24\n2026-12-31"


@pytest.mark.parametrize("bad", ["2026-02-30", "24.12.2026", "Christmas", "20261224"])
def test_what_is_no_date_is_named_by_its_line(desk, page, bad):
    said = f"Line 1, “{bad}”, is no date. Write it as 2026-12-24."
    assert errors(send(desk, page, blackout_dates=bad)) == {"blackout_dates": [said]}


def test_an_unknown_time_zone_is_refused(desk, page):
    assert errors(send(desk, page, time_zone="Lisbon"))["time_zone"] == [
        "There is no time zone 'Lisbon'. An example: Europe/Lisbon."
    ]


def test_all_can_be_emptied(desk, page, building):
    send(desk, page, curfew_windows="23:00–05:59", allowed_weekdays=["1"], blackout_dates="2026-12-24")
    send(desk, page, curfew_windows="", allowed_weekdays=None, blackout_dates="")
    building.refresh_from_db()
    assert (building.curfew_windows, building.allowed_weekdays, building.blackout_dates) == ([], [], [])


@pytest.mark.parametrize(("typed", "kept"), [("", None), ('{"color": "#004d40"}', {"color": "#004d40"})])
def test_branding_is_an_object_or_nothing(desk, page, building, typed, kept):
    assert read(desk, page).sent["branding"] == ""
    assert send(desk, page, branding=typed).status_code == 302
    building.refresh_from_db()
    assert building.branding == kept


@pytest.mark.parametrize("bad", ["[1]", '"red"', "{color}"])
def test_other_branding_is_refused(desk, page, bad):
    assert list(errors(send(desk, page, branding=bad))) == ["branding"]


def test_an_opening_meanwhile_is_not_forgotten(desk, page, building, now):
    """The form was read before the door was opened, and is sent after it."""
    sent = read(desk, page).sent
    type(building).objects.update(next_open_at=now)
    assert desk.post(page, sent).status_code == 302
    building.refresh_from_db()
    assert building.next_open_at == now
