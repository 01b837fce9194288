"""Who may pass which doors, when, and by which means, as a manager sets it up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from visitor_portal.building import invites
from visitor_portal.building.admin import words
from visitor_portal.building.models import AUTH_TYPES, Access, Building, Door, Resident

from .forms import errors, read, send, text

ADD = "/admin/building/access/add/"
TUESDAYS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20260106T090000
DTEND:20260106T120000
RRULE:FREQ=WEEKLY
END:VEVENT
END:VCALENDAR"""


@pytest.fixture
def access(alice) -> Access:
    found: Access = alice.resident.accesses.get().access
    return found


@pytest.fixture
def page(access) -> str:
    return f"/admin/building/access/{access.id}/change/"


def listed(desk, query: str = "") -> set[str]:
    return {access.name for access in desk.get(f"/admin/building/access/{query}").context["cl"].result_list}


# -- doors, means, residents


def test_means_of_opening_are_ticked_by_their_plain_names(desk, page):
    html = desk.get(page).content.decode()
    for name in AUTH_TYPES:
        assert html.count(f"({name})</label>") >= 2, name
    assert "Opens from the link or the app (REMOTE)" in html
    assert read(desk, page).sent["doors-0-in_auth_types"] == ["REMOTE"]


def test_what_is_ticked_is_kept(desk, page, access):
    send(desk, page, **{"doors-0-in_auth_types": ["SCAN", "CARD"], "doors-0-out_auth_types": None})
    row = access.doors.get()
    assert (row.in_auth_types, row.out_auth_types) == (["SCAN", "CARD"], [])


def test_means_that_only_a_reader_can_satisfy_are_folded_away_until_used(desk, page, access):
    html = desk.get(page).content.decode()
    assert "<summary>Readers and keypads at the door</summary>" in html
    assert 'class="desk-means">' in html
    access.doors.update(in_auth_types=["CARD"])
    assert desk.get(page).content.decode().count("<details open>") == 1


def test_another_means_is_refused(desk, page, access):
    answer = send(desk, page, **{"doors-0-in_auth_types": ["MAGIC"]})
    assert "MAGIC is not one of the available choices" in text(answer)
    assert access.doors.get().in_auth_types == ["REMOTE"]


def test_a_new_one_is_made_in_one_go(desk, door, alice, mallory):
    fields = {
        **{"building": door.building_id, "name": "Cleaners", "kind": "permanent"},
        **{"doors-TOTAL_FORMS": "1", "doors-0-door": door.id, "doors-0-in_auth_types": ["REMOTE"]},
        **{"doors-0-lock_unlock_enabled": "on", "users-TOTAL_FORMS": "1", "users-0-resident": mallory.resident.id},
    }
    assert send(desk, ADD, **fields).status_code == 302
    made = Access.objects.get(name="Cleaners")
    row = made.doors.get()
    assert (row.door, row.in_auth_types, row.lock_unlock_enabled) == (door, ["REMOTE"], True)
    assert made.users.get().resident == mallory.resident


def test_neither_doors_nor_residents_of_another_building(desk, page, access):
    other = Building.objects.create(name={"en": "Station House"})
    elsewhere = Door.objects.create(building=other, name={"en": "Platform"})
    stranger = Resident.objects.create(building=other, name="Eve", key_hash="x")
    answer = send(desk, page, **{"doors-0-door": elsewhere.id, "users-0-resident": stranger.id})
    assert text(answer).count("It belongs to another building.") == 2
    assert access.doors.get().door != elsewhere


# -- when


@pytest.mark.parametrize("field", ["schedule", "exception"])
def test_a_schedule_that_cannot_be_followed_is_refused_at_its_field(desk, page, field):
    answer = send(desk, page, **{field: TUESDAYS.replace("WEEKLY", "SOMETIMES")})
    said = "Event 1 (DTSTART 20260106T090000) has a rule that cannot be followed at 'FREQ=SOMETIMES'."
    assert errors(answer) == {field: [said]}


def test_a_temporary_one_must_end(desk, page):
    assert errors(send(desk, page, kind="temporary")) == {"valid_to": ["A temporary access must end: say when."]}


def test_it_ends_after_it_begins(desk, page):
    times = {"valid_from_0": "2026-10-06", "valid_from_1": "12:00", "valid_to_0": "2026-10-06", "valid_to_1": "12:00"}
    assert errors(send(desk, page, **times)) == {"valid_to": ["It must end after it begins."]}


def test_more_time_revives_one_that_had_ended(desk, page, access):
    Access.objects.filter(id=access.id).update(
        kind="temporary", status="deleted", valid_to=timezone.now() - timedelta(days=1)
    )
    assert send(desk, page, valid_to_0="2099-01-01", valid_to_1="00:00").status_code == 302
    access.refresh_from_db()
    assert access.status == "ready"


def test_one_that_ended_stays_ended(desk, page, access):
    Access.objects.filter(id=access.id).update(
        kind="temporary", status="deleted", valid_to=timezone.now() - timedelta(days=1)
    )
    assert send(desk, page, name="Renamed").status_code == 302
    access.refresh_from_db()
    assert (access.name, access.status) == ("Renamed", "deleted")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Holds now, with no end in sight."),
        ({"valid_to": "2026-10-07T12:00"}, "Holds now, until Wed 07 Oct 2026 12:00."),
        ({"valid_to": "2026-10-06T09:59"}, "Holds no longer."),
        ({"status": "deleted"}, "Holds no longer."),
        ({"valid_from": "2026-10-08T08:00"}, "Next: from Thu 08 Oct 2026 08:00, with no end in sight."),
        ({"schedule": TUESDAYS}, "Holds now, until Tue 06 Oct 2026 12:00."),
        ({"schedule": TUESDAYS, "valid_to": "2026-10-06T11:00"}, "Holds now, until Tue 06 Oct 2026 11:00."),
        (
            {"schedule": TUESDAYS, "valid_from": "2026-10-06T12:30"},
            "Next: from Tue 13 Oct 2026 09:00, until Tue 13 Oct 2026 12:00.",
        ),
        (
            {"schedule": TUESDAYS, "exception": TUESDAYS},
            "Holds at no time within a year.",
        ),
        (
            {"schedule": TUESDAYS, "valid_from": "2026-10-06T12:30", "valid_to": "2026-10-10T00:00"},
            "Holds at no time",
        ),
    ],
)
def test_the_page_says_when_it_holds(building, fields, said):
    given = {
        k: datetime.fromisoformat(v).replace(tzinfo=UTC) if k.startswith("valid") else v for k, v in fields.items()
    }
    access = Access(building=building, name="x", **given)
    assert words.when_it_holds(access, datetime(2026, 10, 6, 10, tzinfo=UTC)).startswith(said)


def test_list_and_page_both_say_it(desk, page):
    assert "Holds now, with no end in sight." in text(desk.get("/admin/building/access/"))
    assert "Holds now, with no end in sight." in text(desk.get(page))


# -- the list


def test_only_live_ones_of_residents_are_listed_at_first(desk, access, building):
    Access.objects.create(building=building, name="Builders", status="deleted")
    dinner = Access.objects.create(building=building, name="Dinner")
    invites.issue(dinner)
    assert listed(desk) == {"Alice"}
    assert listed(desk, "?which=invites") == {"Dinner"}
    assert listed(desk, "?which=ended") == {"Builders"}
    assert listed(desk, "?which=all") == {"Alice", "Builders", "Dinner"}


def test_one_of_an_invite_is_changed_with_its_invite(desk, building):
    dinner = Access.objects.create(building=building, name="Dinner")
    invite, _ = invites.issue(dinner)
    html = desk.get(f"/admin/building/access/{dinner.id}/change/").content.decode()
    assert f'<a href="/admin/building/invite/{invite.id}/change/">' in html
    assert 'name="_save"' not in html
