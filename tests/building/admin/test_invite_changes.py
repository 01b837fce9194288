"""Invites at the desk: changed in one form, with their PIN and the limits that it needs; renewed by more time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from visitor_portal.building import invites, pins
from visitor_portal.building.models import Access, AccessDoor, Door, Invite

from .forms import errors, read, send, text
from .invite_pages import page


def test_the_form_says_what_it_says_now(desk, invite, door):
    sent = read(desk, page(invite)).sent
    assert (sent["doors"], sent["auth_types"], sent["name"]) == ([door.id], ["REMOTE"], "Dinner")
    assert sent["valid_to_0"] == f"{invite.access.valid_to:%Y-%m-%d}"


def test_doors_and_times_are_changed_in_the_same_form(desk, invite, door):
    garage = Door.objects.create(building=door.building, name={"en": "Garage"})
    grant = invite.access.doors.get().grant_id
    assert send(desk, page(invite), doors=[door.id, garage.id], valid_to_0="2099-01-01").status_code == 302
    invite.access.refresh_from_db()
    assert invite.access.valid_to.year == 2099
    assert {row.door: row.in_auth_types for row in invite.access.doors.all()} == {
        door: ["REMOTE"],
        garage: ["REMOTE"],
    }
    assert invite.access.doors.get(door=door).grant_id == grant


def test_means_that_differ_from_door_to_door_stay_unless_changed(desk, invite, door):
    garage = Door.objects.create(building=door.building, name={"en": "Garage"})
    AccessDoor.objects.create(access=invite.access, door=garage, in_auth_types=["SCAN"], out_auth_types=[])
    assert "They differ now" in text(desk.get(page(invite)))
    send(desk, page(invite), name="Lunch")
    assert [row.in_auth_types for row in invite.access.doors.order_by("id")] == [["REMOTE"], ["SCAN"]]
    send(desk, page(invite), auth_types=["SCAN_PLUS_PHONE"])
    assert [row.in_auth_types for row in invite.access.doors.all()] == [["SCAN_PLUS_PHONE"]] * 2


def test_uses_counted_meanwhile_stay_counted(desk, invite):
    sent = read(desk, page(invite)).sent
    Invite.objects.update(uses=4)
    assert desk.post(page(invite), sent).status_code == 302
    invite.refresh_from_db()
    assert invite.uses == 4


def test_a_pin_is_written_and_never_shown(desk, invite):
    assert read(desk, page(invite)).secrets == {"pin": ""}
    before = invite.pin_hash
    send(desk, page(invite), name="Lunch")
    invite.refresh_from_db()
    assert invite.pin_hash == before
    send(desk, page(invite), pin="654321")
    invite.refresh_from_db()
    assert pins.check(invite, None, "654321", now=timezone.now()) == ""


def test_a_pin_is_taken_away_by_a_tick(desk, invite):
    send(desk, page(invite), forget_pin="on")
    invite.refresh_from_db()
    assert invite.pin_hash == ""
    assert "forget_pin" not in desk.get(page(invite)).content.decode()


NEEDS_A_LIMIT = (
    "The PIN has 4 or 5 digits and needs a limit of phones. Keep one, set a PIN of 6 to 12 digits, or remove the PIN."
)


@pytest.fixture
def short(invite):
    """The invite, for two phones and with a PIN of four digits."""
    Invite.objects.update(max_devices=2)
    invite.refresh_from_db()
    pins.set_pin(invite, "1234")
    return invite


@pytest.mark.parametrize("limit", ["", None])
def test_the_limit_of_phones_stays_as_long_as_a_short_pin_does(desk, short, limit):
    assert errors(send(desk, page(short), max_devices=limit)) == {"max_devices": [NEEDS_A_LIMIT]}
    short.refresh_from_db()
    assert short.max_devices == 2


@pytest.mark.parametrize("more", [{"forget_pin": "on"}, {"pin": "654321"}])
def test_it_may_go_together_with_the_short_pin(desk, short, more):
    assert send(desk, page(short), max_devices="", **more).status_code == 302
    short.refresh_from_db()
    assert (short.max_devices, pins.is_short(short.pin_hash)) == (None, False)


def test_another_limit_is_as_good(desk, short):
    assert send(desk, page(short), max_devices="5").status_code == 302
    short.refresh_from_db()
    assert (short.max_devices, pins.is_short(short.pin_hash)) == (5, True)


def test_a_limit_that_is_no_number_is_said_once(desk, short):
    assert errors(send(desk, page(short), max_devices="two")) == {"max_devices": ["Enter a whole number."]}


def test_a_long_pin_needs_no_limit_of_phones(desk, invite):
    Invite.objects.update(max_devices=2)
    assert send(desk, page(invite), max_devices="").status_code == 302
    assert Invite.objects.get().max_devices is None


def test_more_time_revives_it_and_answers_whoever_asked(desk, invite):
    past = timezone.now() - timedelta(hours=1)
    Access.objects.filter(id=invite.access_id).update(valid_to=past, status="deleted")
    invites.request_renewal(invite, "One more hour?", now=timezone.now())
    assert "One more hour?" in text(desk.get(page(invite)))
    assert send(desk, page(invite), valid_to_0="2099-01-01").status_code == 302
    invite.refresh_from_db()
    assert invites.state_of(invite, None, timezone.now()) == "active"
    assert not invites.has_asked_for_renewal(invite)


def test_a_change_without_more_time_answers_nobody(desk, invite):
    invites.request_renewal(invite, "One more hour?", now=timezone.now())
    send(desk, page(invite), name="Lunch")
    assert invites.has_asked_for_renewal(invite)


def test_whoever_may_only_look_reads_its_doors_and_times(staff, invite):
    said = text(staff("view_invite").get(page(invite)))
    assert "Doors: Lobby" in said
    assert f"Ends: {invite.access.valid_to:%a %d %b %Y %H:%M}" in said
