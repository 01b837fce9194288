"""Invites at the desk: made with their doors and times, and handed over once."""

import pytest
from django.utils import timezone

from visitor_portal.building import links, pins
from visitor_portal.building.models import Access, Building, Door, Invite, WifiNetwork

from .forms import errors
from .invite_pages import add, page, token_on


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.PUBLIC_BASE_URL = "http://testserver"


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
