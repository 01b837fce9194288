"""When an invite holds, as its page is told."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.building import inviting
from tests.building.inviting import invited

phone, link = inviting.phone, inviting.link

MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNINGS = "BEGIN:VEVENT\nDTSTART:20260504T080000\nDURATION:PT4H\nRRULE:FREQ=DAILY\nEND:VEVENT\n"
EVENING = "BEGIN:VEVENT\nDTSTART:20260505T180000\nDURATION:PT2H\nEND:VEVENT\n"


def calendar(*events: str) -> str:
    return f"BEGIN:VCALENDAR\n{''.join(events)}END:VCALENDAR\n"


def stamps(window: dict[str, str] | None) -> tuple[str, str] | None:
    return (window["from"][:16], window["to"][:16]) if window else None


@pytest.mark.parametrize(
    ("now", "active", "following"),
    [
        (MONDAY - DAY, None, ("2026-05-04T11:00", "2026-05-06T11:00")),
        (MONDAY, ("2026-05-04T11:00", "2026-05-06T11:00"), None),
        (MONDAY + 2 * DAY, None, None),
    ],
)
def test_one_window(phone, door, now, active, following):
    link = invited(door, valid_from=MONDAY - HOUR, valid_to=MONDAY - HOUR + 2 * DAY)
    with time_machine.travel(now, tick=False):
        said = phone.ok("get_invite", link.token)
    schedule = said["schedule"]
    assert (said["schedule_kind"], schedule["is_recurring"]) == ("single_window", False)
    assert (stamps(schedule.get("active_window")), stamps(schedule.get("next_window"))) == (active, following)
    assert schedule["slot_duration_seconds"] == (2 * DAY // timedelta(seconds=1) if active or following else 0)
    assert stamps({"from": said["valid_from"], "to": said["valid_to"]}) == ("2026-05-04T11:00", "2026-05-06T11:00")


def test_mornings(phone, door):
    link = invited(door, schedule=calendar(MORNINGS), valid_from=MONDAY - 4 * HOUR, valid_to=MONDAY + 2 * DAY)
    said = []
    for hours in (-1, 1, 23, 45, 47):
        with time_machine.travel(MONDAY + hours * HOUR, tick=False):
            answer = phone.ok("get_invite", link.token)
        schedule = answer["schedule"]
        said.append((stamps(schedule.get("active_window")), stamps(schedule.get("next_window"))))
    first, second, third = ((f"2026-05-0{day}T08:00", f"2026-05-0{day}T12:00") for day in (4, 5, 6))
    assert said == [(first, second), (None, second), (second, third), (third, None), (third, None)]
    assert (answer["schedule_kind"], schedule["is_recurring"]) == ("single_recurring", True)
    assert schedule["slot_duration_seconds"] == 4 * 3600
    assert answer["schedule_combined"] == {
        "since": "2026-05-04T08:00:00Z",
        "until": "2026-05-06T12:00:00Z",
        "open_ended_recurrence": False,
    }


def test_several_events(phone, door):
    link = invited(door, schedule=calendar(MORNINGS, EVENING), valid_from=MONDAY, valid_to=MONDAY + 2 * DAY)
    with time_machine.travel(MONDAY + DAY, tick=False):
        said = phone.ok("get_invite", link.token)
    assert said["schedule_kind"] == "multiple"
    assert stamps(said["schedule"]["next_window"]) == ("2026-05-05T18:00", "2026-05-05T20:00")


def test_a_schedule_that_nobody_can_read_has_no_window(phone, link):
    link.change_access(schedule="BEGIN:NOTHING")
    assert phone.ok("get_invite", link.token)["schedule"] == {"is_recurring": False, "slot_duration_seconds": 0}


def test_an_access_without_an_end(phone, link):
    link.change_access(kind="permanent", valid_from=None, valid_to=None)
    said = phone.ok("get_invite", link.token)
    assert said["state"] == "active"
    assert not {"valid_from", "valid_to"} & set(said)
    assert said["schedule_combined"]["open_ended_recurrence"] is False
