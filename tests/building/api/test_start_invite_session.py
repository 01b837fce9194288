import pytest
from ulid import ULID

from tests.building import inviting
from tests.building.inviting import NOBODYS, REFUSALS, STATES, Phone, assert_no_other_method, invited
from visitor_portal.building.models import InviteDevice
from visitor_portal.building.models.ids import hashed, new_secret
from visitor_portal.public_access.wire import InviteSession

from .hostile import ANYTHING, UNKNOWN_IDS

phone, link = inviting.phone, inviting.link


def test_a_phone_takes_a_slot(phone, link):
    said = phone.ok("start_invite_session", link.token)
    device = InviteDevice.objects.get()
    assert said == {"ok": True, "invite_id": phone.client.cookies["oa_access_invite"].value, "guest_id": device.guest}
    assert InviteSession.from_json(said).invite_id == said["invite_id"]
    assert (device.invite, device.secret_hash) == (link.invite, hashed(said["invite_id"]))
    assert str(ULID.from_str(device.guest)) == device.guest


def test_the_cookie_is_for_the_server_alone_and_outlives_the_browser(phone, link, settings):
    phone.ok("start_invite_session", link.token)
    cookie = phone.last.cookies["oa_access_invite"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert (cookie["secure"], cookie["domain"], cookie["max-age"]) == ("", "", 365 * 24 * 3600)
    settings.HTTPS = True
    phone.ok("start_invite_session", link.token)
    assert phone.last.cookies["oa_access_invite"]["secure"] is True


@pytest.mark.parametrize(("sent", "kept"), [("phone-7_A", True), ("x" * 64, True), ("x" * 65, False), ("a b", False)])
def test_a_well_formed_guest_id_is_kept(phone, link, sent, kept):
    said = phone.ok("start_invite_session", link.token, X_Guest_Id=sent)
    assert (said["guest_id"] == sent) is kept


def test_the_same_phone_again_takes_no_second_slot(phone, link):
    link.change(max_devices=1)
    first = phone.ok("start_invite_session", link.token, X_Guest_Id="first")
    assert phone.ok("start_invite_session", link.token, X_Guest_Id="second") == first
    assert InviteDevice.objects.count() == 1


def test_one_phone_too_many(phone, link):
    link.change(max_devices=2)
    for _ in range(2):
        Phone().ok("start_invite_session", link.token)
    assert phone.refused("start_invite_session", link.token) == (403, "max_devices_reached")
    assert not phone.client.cookies
    assert InviteDevice.objects.count() == 2


def test_a_guest_id_is_no_slot(phone, link):
    link.change(max_devices=1)
    Phone().ok("start_invite_session", link.token, X_Guest_Id="known")
    refused = phone.refused("start_invite_session", link.token, X_Guest_Id="known")
    assert refused == (403, "max_devices_reached")


def test_only_the_secret_is_the_slot(phone, link, door, portal, alice, visit):
    link.change(max_devices=1)
    said = Phone().ok("start_invite_session", link.token)
    elsewhere = Phone().ok("start_invite_session", invited(door).token)["invite_id"]
    device = InviteDevice.objects.get(invite=link.invite)
    ids = (link.invite.id, link.grant, said["guest_id"], str(device.pk), device.secret_hash, portal.public_id)
    wrong = (elsewhere, link.token, alice.key, visit.caller, new_secret("guest"), said["invite_id"][6:], "", "guest_")
    for secret in (*ids, *(f"guest_{known}" for known in ids), *wrong):
        refused = phone.holding(secret).refused("start_invite_session", link.token)
        assert refused == (403, "max_devices_reached"), secret
    assert phone.holding(said["invite_id"]).ok("start_invite_session", link.token) == said


def test_a_planted_cookie_is_replaced(phone, link):
    phone.holding("guest_chosen_by_somebody_else")
    said = phone.ok("start_invite_session", link.token)
    assert said["invite_id"] != "guest_chosen_by_somebody_else"
    assert phone.client.cookies["oa_access_invite"].value == said["invite_id"]


@pytest.mark.parametrize("state", STATES)
def test_in_every_state(phone, link, state):
    STATES[state](link)
    if state in ("active", "scheduled", "expired"):
        phone.ok("start_invite_session", link.token)
    else:
        assert phone.refused("start_invite_session", link.token) == (403, REFUSALS[state])
        assert not InviteDevice.objects.exists()


def test_a_slot_does_not_outlast_a_revocation(phone, link):
    phone.ok("start_invite_session", link.token)
    STATES["revoked"](link)
    assert phone.refused("start_invite_session", link.token) == (403, "invite_revoked")


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, link, unknown):
    assert phone.refused("start_invite_session", unknown) == (404, "not_found")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(phone, link, raw):
    phone.ok("start_invite_session", link.token, raw=raw)


def test_takes_no_other_method(phone, link):
    assert_no_other_method(phone, "start_invite_session", link.token)
    assert not InviteDevice.objects.exists()
