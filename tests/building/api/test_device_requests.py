"""The host's answer: by the token in the letter, given once."""

import pytest
from django.utils import timezone

from tests.building import inviting
from tests.building.inviting import NOBODYS, STATES, Phone, assert_no_other_method, everything, invited
from visitor_portal.building import asking, invites
from visitor_portal.building.models import DeviceRequest, InviteDevice
from visitor_portal.building.models.ids import hashed, new_secret

from .hostile import UNKNOWN_IDS, bad_bodies

phone = inviting.phone
TOKEN = new_secret("request")


@pytest.fixture
def link(door, alice):
    link = invited(door, name="Dinner on Friday", contact_name="Noor", max_devices=1, host=alice.resident)
    link.bound()
    return link


@pytest.fixture
def request_(link) -> DeviceRequest:
    """One more phone has asked."""
    request, _ = asking.ask(link.invite, "one-more", now=timezone.now())
    DeviceRequest.objects.update(token_hash=hashed(TOKEN))
    return request


def answer(allow: bool) -> str:
    return str(Phone().ok("answer_device_request", TOKEN, body={"allow": allow})["state"])


def test_it_says_what_is_asked(phone, link, request_):
    said = phone.ok("get_device_request", TOKEN)
    assert said == {
        "state": "asked",
        "asked_at": request_.asked_at.isoformat().replace("+00:00", "Z"),
        "invite_name": "Dinner on Friday",
        "contact_display_name": "Noor",
        "building_name": {"en": "Harbour House"},
        "devices_count": 1,
        "max_devices": 1,
        "timezone": "UTC",
    }


def test_looking_decides_nothing(phone, link, request_):
    before = everything()
    for _ in range(3):
        phone.ok("get_device_request", TOKEN)
    assert everything() == before


@pytest.mark.parametrize(("first", "stands"), [(True, "allowed"), (False, "denied")])
def test_the_first_answer_stands(phone, link, request_, first, stands):
    assert [answer(first), answer(not first), answer(first)] == [stands] * 3
    assert InviteDevice.objects.count() == (2 if first else 1)
    said = phone.ok("get_device_request", TOKEN)
    assert said["state"] == stands and said["answered_at"]


@pytest.mark.parametrize("state", ["expired", "revoked", "disabled"])
def test_a_void_invite_lets_nobody_on(phone, link, request_, state):
    STATES[state](link)
    assert phone.ok("get_device_request", TOKEN)["state"] == "void"
    assert answer(True) == "void"
    assert InviteDevice.objects.count() == 1
    assert answer(False) == "denied"


def test_one_that_was_switched_off_meanwhile_can_be_allowed_again(link, request_):
    link.change(is_enabled=False)
    assert answer(True) == "void"
    link.change(is_enabled=True)
    assert answer(True) == "allowed"


def test_a_limit_that_was_raised_meanwhile_stays(link, request_):
    link.change(max_devices=5)
    assert answer(True) == "allowed"
    link.invite.refresh_from_db()
    assert link.invite.max_devices == 5


def test_the_host_reads_it_with_their_own_key_and_nobody_else_does(phone, link, alice, bob):
    asking.ask(link.invite, "", now=timezone.now())
    (asked,) = phone.ok("get_resident", token=alice.key)["device_requests"]
    assert phone.ok("get_resident", token=bob.key)["device_requests"] == []
    token = asked.pop("request_token")
    assert phone.ok("get_device_request", token) == asked
    assert phone.ok("answer_device_request", token, body={"allow": True})["state"] == "allowed"
    assert phone.ok("get_resident", token=alice.key)["device_requests"] == []


def test_a_void_one_is_not_put_before_the_host(phone, link, alice):
    asking.ask(link.invite, "", now=timezone.now())
    STATES["revoked"](link)
    assert phone.ok("get_resident", token=alice.key)["device_requests"] == []


def test_after_a_change_of_the_key_only_the_letter_knows_its_token(phone, link, alice, settings):
    asking.ask(link.invite, "", now=timezone.now())
    (asked,) = phone.ok("get_resident", token=alice.key)["device_requests"]
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert phone.ok("get_resident", token=alice.key)["device_requests"] == []
    assert phone.ok("get_device_request", asked["request_token"])["state"] == "asked"


def test_it_goes_with_its_invite(phone, link, request_):
    link.invite.access.delete()
    assert phone.refused("get_device_request", TOKEN) == (404, "not_found")


def test_no_other_secret_answers(phone, link, request_, alice):
    phone_secret = asking.ask(link.invite, "", now=timezone.now())[1]
    for known in (link.token, alice.key, phone_secret, request_.token_hash, request_.guest, str(request_.pk)):
        assert phone.refused("answer_device_request", known, body={"allow": True}) == (404, "not_found")


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, link, request_, unknown):
    assert phone.refused("get_device_request", unknown) == (404, "not_found")
    assert phone.refused("answer_device_request", unknown, body={"allow": True}) == (404, "not_found")


BODIES = {how: raw for how, raw in bad_bodies(allow="yes").items() if how not in ("allow: truth",)} | {
    "a word": b'{"allow": "true"}',
    "one": b'{"allow": 1}',
}


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
def test_anything_but_yes_or_no_is_refused(phone, link, request_, raw):
    assert phone.refused("answer_device_request", TOKEN, raw=raw) == (400, "invalid_request")
    assert asking.state_of(DeviceRequest.objects.get(), timezone.now()) == "asked"


def test_takes_no_other_method(phone, link, request_):
    before = everything()
    assert_no_other_method(phone, "get_device_request", TOKEN)
    assert_no_other_method(phone, "answer_device_request", TOKEN, body={"allow": True})
    assert everything() == before
    assert invites.state_of(link.invite, None, timezone.now()) == "max_devices_reached"
