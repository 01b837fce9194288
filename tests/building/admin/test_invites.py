"""Invites at the desk: made with their doors and times, handed over once, renewed and revoked."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from visitor_portal.building import devices, invites, links, pins
from visitor_portal.building.models import Access, AccessDoor, Building, Door, Invite, PinTry, WifiNetwork

from .forms import errors, read, send, text

ADD = "/admin/building/invite/add/"


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.PUBLIC_BASE_URL = "http://testserver"


def page(invite, name: str = "change") -> str:
    return f"/admin/building/invite/{invite.id}/{name}/"


def press(desk, invite, button: str):
    assert desk.post(page(invite, button)).context["command"]
    return desk.post(page(invite, button), {"sure": "yes"}, follow=True)


def add(desk, door, **more):
    ends = timezone.now() + timedelta(days=1)
    fields = {"doors": [door.id], "valid_to_0": f"{ends:%Y-%m-%d}", "valid_to_1": "20:00:00"}
    return send(desk, ADD, **{"building": door.building_id, "name": "Dinner"} | fields | more)


def token_on(answer) -> str:
    assert answer.status_code == 200
    (token,) = re.findall(r'value="http://testserver/invite/(invite_[\w-]+)"', answer.content.decode())
    return str(token)


# -- making one


def test_it_is_made_with_its_doors_and_times(desk, door, alice):
    answer = add(desk, door, host=alice.resident.id, auth_types=["REMOTE", "SCAN"], message_de="Willkommen!")
    invite = Invite.objects.get()
    row = invite.access.doors.get()
    assert (row.door, row.in_auth_types, row.out_auth_types) == (door, ["REMOTE", "SCAN"], ["REMOTE", "SCAN"])
    assert (invite.access.kind, invite.access.name) == ("temporary", "Invite: Dinner")
    assert (invite.host, invite.message) == (alice.resident, {"de": "Willkommen!"})
    assert links.by_token(token_on(answer)) == invite


def test_its_link_is_shown_once(desk, door):
    token = token_on(add(desk, door))
    invite = Invite.objects.get()
    seen = [desk.get(page(invite, view)).content.decode() for view in ("change", "history")]
    assert token not in "".join([*seen, desk.get("/admin/building/invite/").content.decode()])


def test_the_link_works_for_a_guest(desk, door, client):
    token = token_on(add(desk, door))
    assert client.get(f"/api/v1/public/access/invites/{token}").json()["state"] == "active"


def test_without_an_end_it_never_ends(desk, door):
    add(desk, door, valid_to_0="", valid_to_1="")
    assert Invite.objects.get().access.kind == "permanent"


def test_everything_else_of_it_is_kept(desk, door, building):
    network = WifiNetwork.objects.create(building=building, ssid="Guests")
    add(desk, door, max_uses="3", max_devices="2", pin="1234", wifi_networks=[network.pk], locale="pt-br")
    invite = Invite.objects.get()
    assert (invite.max_uses, invite.max_devices, invite.locale) == (3, 2, "pt-br")
    assert list(invite.wifi_networks.all()) == [network]
    assert pins.check(invite, None, "1234", now=timezone.now()) == ""


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"doors": None}, {"doors": ["This field is required."]}),
        (
            {"pin": "1234"},
            {"pin": ["A PIN of 4 or 5 digits needs a limit of phones: without one, take 6 to 12 digits."]},
        ),
        ({"pin": "abcdef"}, {"pin": ["A PIN is made of 6 to 12 digits."]}),
        ({"schedule": "at noon"}, {"schedule": ["This line is not iCalendar: 'at noon'."]}),
        ({"valid_from_0": "2099-01-01", "valid_from_1": "10:00"}, {"valid_to": ["It must end after it begins."]}),
        ({"audience": "listed_contacts"}, {"audience": ["Name the contact's e-mail or phone first."]}),
    ],
)
def test_what_cannot_be_is_said_at_its_field(desk, door, fields, wrong):
    found = errors(add(desk, door, **fields))
    assert {name: found.get(name) for name in wrong} == wrong
    assert not Invite.objects.exists()
    assert not Access.objects.exists()


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"require_verified_phone": "on", "contact_phone": "+351 912 345 678"}, "require_verified_phone"),
        ({"audience": "listed_contacts", "contact_phone": "+351 912 345 678"}, "contact_email"),
    ],
)
def test_a_code_that_nothing_can_send_is_not_asked_for(desk, door, fields, where):
    assert errors(add(desk, door, **fields))[where][0].startswith("Nothing here can send an SMS yet")


def test_where_a_gateway_is_named_a_code_may_go_to_the_phone(desk, door, settings):
    settings.SMS_BACKEND = "tests.building.test_sms.Telegraph"
    add(desk, door, require_verified_phone="on", contact_phone="+351 912 345 678")
    invite = Invite.objects.get()
    assert (invite.require_verified_phone, invite.contact_phone) == (True, "+351912345678")


def test_what_is_no_phone_number_is_said_at_its_field(desk, door):
    said = errors(add(desk, door, contact_phone="912 345"))["contact_phone"]
    assert said == ["This can't be a phone number. Write it with its country, as +351 912 345 678."]


def test_nothing_of_another_building_goes_into_it(desk, door, alice):
    other = Building.objects.create(name={"en": "Station House"})
    elsewhere = Door.objects.create(building=other, name={"en": "Platform"})
    network = WifiNetwork.objects.create(building=other, ssid="Trains")
    wrong = errors(add(desk, elsewhere, building=door.building_id, wifi_networks=[network.pk]))
    assert set(wrong) == {"doors", "wifi_networks"}


# -- changing one


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


# -- buttons


def test_a_new_link_voids_the_old_one_and_its_phones(desk, invite):
    devices.bind(invite, "phone", now=timezone.now())
    old = invite.token_hash
    token = token_on(press(desk, invite, "new-link"))
    invite.refresh_from_db()
    assert (links.by_token(token), invite.devices.count()) == (invite, 0)
    assert invite.token_hash != old


def test_a_revoked_one_opens_nothing_and_has_no_such_buttons(desk, invite):
    assert "The invite is revoked." in text(press(desk, invite, "revoke"))
    invite.refresh_from_db()
    assert invites.state_of(invite, None, timezone.now()) == "revoked"
    shown = text(desk.get(page(invite)))
    assert ("revoked" in shown, "New link" in shown) == (True, False)
    assert "nothing to do any more" in text(desk.post(page(invite, "revoke"), {"sure": "yes"}, follow=True))


def test_wrong_pins_are_forgotten(desk, invite):
    for _ in range(3):
        pins.check(invite, None, "000000", now=timezone.now())
    assert PinTry.objects.count() == 3
    assert "The guest may try the PIN again." in text(press(desk, invite, "reset-tries"))
    assert not PinTry.objects.exists()


def test_without_a_pin_there_are_no_tries_to_reset(desk, invite):
    pins.set_pin(invite, None)
    assert "Reset tries" not in text(desk.get(page(invite)))


def test_a_deleted_one_takes_its_access_along(desk, invite):
    assert desk.post(page(invite, "delete"), {"post": "yes"}).status_code == 302
    assert not Access.objects.filter(name="x").exists()


def test_many_are_deleted_with_their_accesses(desk, invite):
    chosen = {"action": "delete_selected", "_selected_action": [invite.id], "post": "yes"}
    assert desk.post("/admin/building/invite/", chosen).status_code == 302
    assert not Access.objects.filter(name="x").exists()
