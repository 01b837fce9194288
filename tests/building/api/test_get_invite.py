from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.building import inviting
from tests.building.inviting import NOBODYS, PIN, STATES, Phone, assert_no_other_method, everything, invited
from visitor_portal.building import invites, pins
from visitor_portal.building.models import (
    AccessDoor,
    Building,
    Door,
    InviteRenewal,
    Light,
    Opener,
    Portal,
    WifiNetwork,
)
from visitor_portal.building.models.sealed import seal
from visitor_portal.public_access.wire import Invite as InviteShape

from .hostile import UNKNOWN_IDS

phone, link, quick_hashes = inviting.phone, inviting.link, inviting.quick_hashes

MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def wifi(building, link) -> WifiNetwork:
    network = WifiNetwork.objects.create(building=building, ssid="Harbour", sealed=seal({"password": "low tide"}))
    link.invite.wifi_networks.add(network)
    return network


def test_says_what_the_link_opens(phone, link, door, portal):
    said = phone.ok("get_invite", link.token)
    assert (said["state"], said["name"], said["invite_token"]) == ("active", "Dinner on Friday", link.token)
    assert said["invite_url"] == f"http://localhost:8000/invite/{link.token}"
    (grant,) = said["grants"]
    assert grant == {
        "kind": "portal_open",
        "id": link.grant,
        "public_portal_id": portal.public_id,
        "label": {"en": "Lobby"},
        "has_lights": True,
        "openable": True,
        "entry_kind": "door",
        "open_rate_limit": {"integration_id": door.building_id, "min_interval_ms": 3000},
        "wifi_available": False,
    }


def test_the_client_reads_all_that_is_said(phone, link, portal, wifi):
    link.change(max_uses=3, max_devices=2, message={"en": "Come hungry."}, contact_name="Noor")
    said = phone.ok("get_invite", link.token)
    assert InviteShape.from_json(said).to_json() == said


@pytest.mark.parametrize("state", STATES)
def test_every_state(phone, link, wifi, state):
    link.change(message={"en": "Third floor, left."}, contact_name="Noor", photo=b"\xff\xd8\xff")
    STATES[state](link)
    said = phone.ok("get_invite", link.token)
    is_shown = state in invites.SHOWN
    assert said["state"] == state
    assert bool(said["grants"]) is is_shown
    for member in ("access_control", "invitee_message", "contact_display_name", "photo_url"):
        assert (member in said) is is_shown
    assert ("wifi_networks" in said) is (state == "active")
    assert ("Quay" in phone.last.content.decode()) is is_shown
    assert ("low tide" in phone.last.content.decode()) is (state == "active")


def test_the_gravest_state_is_told(phone, link):
    told = []
    for state in ("max_devices_reached", "scheduled", "expired", "disabled", "revoked"):
        STATES[state](link)
        told.append(phone.ok("get_invite", link.token)["state"])
    assert told == ["max_devices_reached", "scheduled", "expired", "disabled", "revoked"]


@pytest.mark.parametrize(
    ("after", "state"), [(-1, "scheduled"), (0, "active"), (3599, "active"), (3600, "expired"), (3601, "expired")]
)
def test_the_window_is_half_open(phone, door, after, state):
    link = invited(door, valid_from=MONDAY, valid_to=MONDAY + HOUR)
    with time_machine.travel(MONDAY + timedelta(seconds=after), tick=False):
        assert phone.ok("get_invite", link.token)["state"] == state


def test_a_phone_with_a_slot_is_not_one_too_many(phone, link):
    link.change(max_devices=1)
    phone.ok("start_invite_session", link.token)
    assert phone.ok("get_invite", link.token)["state"] == "active"
    other = Phone().ok("get_invite", link.token)
    assert (other["state"], other["max_devices"], other["devices_count"]) == ("max_devices_reached", 1, 1)


def test_a_temporary_access_that_vanished_is_expired(phone, link):
    link.change_access(status="deleted")
    assert phone.ok("get_invite", link.token)["state"] == "expired"


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS, "invite_"])
def test_an_unknown_token(phone, link, unknown):
    said = phone.ok("get_invite", unknown)
    assert said["state"] == "not_found"
    assert (said["grants"], said["location_mode"], said["invite_token"]) == ([], "none", unknown)
    assert not {"name", "access_control", "timezone", "valid_to"} & set(said)


def test_nothing_but_the_token_is_the_token(phone, link, portal, alice, building):
    phone.ok("start_invite_session", link.token)
    secret = phone.client.cookies["oa_access_invite"].value
    ids = (link.invite.id, link.grant, link.invite.access_id, portal.public_id, building.id, alice.resident.id)
    for other in (*ids, *(f"invite_{known}" for known in ids), secret, alice.key, link.invite.token_hash):
        assert phone.ok("get_invite", other)["state"] == "not_found", other


def test_doors_in_their_order_and_none_of_another_building(phone, link, building, portal):
    far = Door.objects.create(building=Building.objects.create(name={"en": "Far House"}), name={"en": "Cellar"})
    garage = Door.objects.create(building=building, name={"en": "Garage"}, entry_kind="gate")
    for door in (far, garage):
        AccessDoor.objects.create(access=link.invite.access, door=door, in_auth_types=["REMOTE"])
    grants = phone.ok("get_invite", link.token)["grants"]
    assert [(grant["label"]["en"], grant["entry_kind"], grant["openable"]) for grant in grants] == [
        ("Lobby", "door", True),
        ("Garage", "gate", False),
    ]
    assert grants[1]["public_portal_id"] == ""


def test_names_the_sign_where_one_goes_in(phone, link, door):
    Portal.objects.create(public_id="a", door=door, name={}, direction="out")
    Portal.objects.create(public_id="b", door=door, name={}, retired_at=timezone.now())
    Portal.objects.create(public_id="d", door=door, name={})
    Portal.objects.create(public_id="c", door=door, name={})
    assert phone.ok("get_invite", link.token)["grants"][0]["public_portal_id"] == "c"


def test_says_what_is_wrong_with_a_door(phone, link, door):
    Light.objects.all().delete()
    Opener.objects.all().delete()
    door.hold, door.hold_reason = "hold_closed", "Moving day"
    door.save()
    (grant,) = phone.ok("get_invite", link.token)["grants"]
    assert (grant["has_lights"], grant["openable"]) == (False, False)
    assert grant["hold"] == {"mode": "hold_closed", "reason": "Moving day"}


@pytest.mark.parametrize(
    ("types", "required"),
    [
        (["REMOTE"], False),
        (["SCAN"], False),
        (["CARD"], False),
        (["REMOTE", "REMOTE_PLUS_PHONE"], False),
        (["SCAN", "SCAN_PLUS_PHONE"], False),
        (["REMOTE_PLUS_PHONE"], True),
        (["SCAN_PLUS_PHONE"], True),
        (["SCAN", "REMOTE_PLUS_PHONE"], True),
    ],
)
def test_a_door_may_want_a_pin(phone, door, types, required):
    assert phone.ok("get_invite", invited(door, *types).token)["require_pin"] is required


def test_the_host_may_want_a_pin(phone, door, quick_hashes):
    link = invited(door, pin=PIN)
    assert phone.ok("get_invite", link.token)["require_pin"] is True
    assert PIN not in phone.last.content.decode()
    pins.set_pin(link.invite, None)
    assert phone.ok("get_invite", link.token)["require_pin"] is False


def test_who_is_meant(phone, link):
    link.change(audience="listed_contacts", contact_name="Noor", contact_email="noor@example.org")
    said = phone.ok("get_invite", link.token)
    assert (said["audience"], said["contact_challenge_required"]) == ("listed_contacts", True)
    assert (said["contact_display_name"], said["require_verified_phone"]) == ("Noor", False)
    assert "noor@" not in phone.last.content.decode()
    link.change(audience="anyone_with_link", require_verified_phone=True)
    said = phone.ok("get_invite", link.token)
    assert (said["contact_challenge_required"], said["require_verified_phone"]) == (False, True)


def test_uses(phone, link):
    assert not {"max_uses", "uses_remaining"} & set(phone.ok("get_invite", link.token))
    for uses, remaining in ((0, 2), (1, 1), (2, 0), (3, 0)):
        link.change(max_uses=2, uses=uses)
        said = phone.ok("get_invite", link.token)
        assert (said["state"], said["max_uses"], said["uses_remaining"]) == ("active", 2, remaining)


def test_the_three_places(phone, link):
    link.change(event_address={"en": "The pier"})
    for mode, has_building, has_event in (("inherit", True, False), ("explicit", True, True), ("none", False, False)):
        link.change(location_mode=mode)
        said = phone.ok("get_invite", link.token)
        assert said["location_mode"] == mode
        assert ("access_control" in said, "event_location" in said) == (has_building, has_event)
    link.change(location_mode="explicit")
    place = phone.ok("get_invite", link.token)["event_location"]
    assert place == {"id": link.invite.id, "kind": "address", "formatted_address": {"value": {"en": "The pier"}}}


def test_house_rules_are_told_to_whom_they_bind(phone, link, building):
    building.time_zone, building.blackout_dates = "Europe/Lisbon", ["2026-12-31", "2026-12-24"]
    building.curfew_windows, building.allowed_weekdays = [{"start": "23:00", "end": "05:59"}], [5, 1]
    building.save()
    said = phone.ok("get_invite", link.token)
    assert said["timezone"] == "Europe/Lisbon"
    assert said["curfew_windows"] == [{"start": "23:00", "end": "05:59"}]
    assert (said["allowed_weekdays"], said["blackout_dates"]) == ([1, 5], ["2026-12-24", "2026-12-31"])
    link.change(curfew_exempt=True)
    said = phone.ok("get_invite", link.token)
    assert not {"curfew_windows", "allowed_weekdays", "blackout_dates"} & set(said)


def test_wifi_while_it_is_active(phone, link, wifi, building):
    guests = WifiNetwork.objects.create(building=building, ssid="Guests", security="open", priority=1, notes="Lobby")
    firm = WifiNetwork.objects.create(
        building=building, ssid="Firm", security="wpa_enterprise", username="guest", priority=2, sealed="not sealed"
    )
    far = WifiNetwork.objects.create(building=Building.objects.create(name={}), ssid="Far")
    link.invite.wifi_networks.add(guests, firm, far)
    said = phone.ok("get_invite", link.token)
    assert said["grants"][0]["wifi_available"] is True
    common = {"hidden": False}
    assert said["wifi_networks"] == [
        common | {"id": wifi.id, "ssid": "Harbour", "security": "wpa_psk", "password": "low tide"},
        common | {"id": guests.id, "ssid": "Guests", "security": "open", "notes": "Lobby"},
        common
        | {"id": firm.id, "ssid": "Firm", "security": "wpa_enterprise", "username": "guest"}
        | {"credentials_unavailable": True},
    ]


def test_what_concerns_whoever_asks(phone, link, alice, bob):
    phone.ok("claim_invite", link.token, token=alice.key)
    assert phone.ok("get_invite", link.token, token=alice.key)["already_claimed"] is True
    assert phone.ok("get_invite", link.token, token=bob.key)["already_claimed"] is False
    assert "already_claimed" not in phone.ok("get_invite", link.token)


def test_a_renewal_that_was_asked_for(phone, link):
    assert phone.ok("get_invite", link.token)["renewal_requested"] is False
    InviteRenewal.objects.create(invite=link.invite, at=timezone.now())
    assert phone.ok("get_invite", link.token)["renewal_requested"] is True
    InviteRenewal.objects.update(answered_at=timezone.now())
    assert phone.ok("get_invite", link.token)["renewal_requested"] is False


def test_a_new_link_voids_the_old_one(phone, link):
    phone.ok("start_invite_session", link.token)
    token = invites.regenerate_token(link.invite)
    assert phone.ok("get_invite", link.token)["state"] == "not_found"
    said = phone.ok("get_invite", token)
    assert (said["state"], said["devices_count"]) == ("active", 0)


@pytest.mark.parametrize(
    "query", ["", "?device_id=01JABCDEFGHJKMNPQRSTVWXYZ0", "?device_id=%00%ff", "?device_id=" + "x" * 500]
)
def test_the_device_id_changes_nothing(phone, link, query):
    link.change(max_devices=1)
    assert phone.ok("get_invite", link.token, query=query)["state"] == "active"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("agent", ["facebookexternalhit/1.1", "Slackbot-LinkExpanding 1.0", "Googlebot/2.1", ""])
def test_looking_changes_nothing(phone, link, wifi, alice, method, agent):
    link.change(max_devices=1, photo=b"\xff\xd8\xff")
    before = everything()
    for path in ("", "/photo", "/locale", "/session", "/claim", "/otp/start", "/execute", "/renewal"):
        phone.client.generic(
            method,
            f"/api/v1/public/access/invites/{link.token}{path}",
            headers={"User-Agent": agent, "Sec-Purpose": "prefetch", "Authorization": f"Bearer {alice.key}"},
        )
    assert everything() == before
    assert not phone.client.cookies


def test_takes_no_other_method(phone, link):
    assert_no_other_method(phone, "get_invite", link.token)
