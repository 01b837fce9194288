"""A phone that finds an invite full asks the host."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from tests.building import inviting
from tests.building.conftest import pulses
from tests.building.inviting import NOBODYS, REFUSALS, STATES, Phone, assert_no_other_method, everything, invited
from visitor_portal.building import invites
from visitor_portal.building.models import DeviceRequest, InviteDevice, Resident
from visitor_portal.building.models.ids import hashed

from .hostile import ANYTHING, UNKNOWN_IDS

phone = inviting.phone


@pytest.fixture
def link(door, alice):
    """Alice's, on one phone, as many as it may be."""
    Resident.objects.update(email="alice@example.org")
    link = invited(door, name="Dinner on Friday", max_devices=1, host=Resident.objects.get(id=alice.resident.id))
    link.bound()
    return link


def token_in(letter) -> str:
    (token,) = set(re.findall(r"/resident/request/(request_[\w-]+)", str(letter.body)))
    return str(token)


def answer(allow: bool, number: int = -1) -> str:
    return str(Phone().ok("answer_device_request", token_in(mail.outbox[number]), body={"allow": allow})["state"])


def test_it_is_asked_and_holds_nothing_yet(phone, link):
    assert "device_request" not in phone.ok("get_invite", link.token)
    said = phone.ok("ask_invite_device", link.token, X_Guest_Id="my-phone")
    cookie = phone.last.cookies["oa_access_invite"]
    assert (said["invite_id"], said["guest_id"]) == (cookie.value, "my-phone")
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    seen = phone.ok("get_invite", link.token)
    assert (seen["state"], seen["device_request"]) == ("max_devices_reached", "asked")
    assert (seen["devices_count"], seen["max_devices"]) == (1, 1)


def test_whoever_asked_opens_nothing(phone, link):
    phone.ok("ask_invite_device", link.token)
    assert phone.execute(link) == (403, "max_devices_reached")
    assert phone.refused("start_invite_session", link.token) == (403, "max_devices_reached")
    assert (InviteDevice.objects.count(), pulses()) == (1, 0)


def test_once_allowed_the_same_cookie_holds_it(phone, link):
    asked = phone.ok("ask_invite_device", link.token)
    assert answer(True) == "allowed"
    seen = phone.ok("get_invite", link.token)
    assert seen["state"] == "active" and "device_request" not in seen
    assert (seen["devices_count"], seen["max_devices"]) == (2, 2)
    again = phone.ok("start_invite_session", link.token)
    assert (again["invite_id"], again["guest_id"]) == (asked["invite_id"], asked["guest_id"])
    assert phone.execute(link) == (200, "")


def test_allowed_it_is_one_phone_and_no_second(phone, link):
    phone.ok("ask_invite_device", link.token)
    answer(True)
    assert Phone().ok("get_invite", link.token)["state"] == "max_devices_reached"
    assert Phone().refused("start_invite_session", link.token) == (403, "max_devices_reached")


def test_denied_it_reads_so_and_may_not_ask_again(phone, link):
    phone.ok("ask_invite_device", link.token)
    assert answer(False) == "denied"
    seen = phone.ok("get_invite", link.token)
    assert (seen["state"], seen["device_request"]) == ("max_devices_reached", "denied")
    assert phone.refused("ask_invite_device", link.token) == (403, "device_denied")
    assert phone.execute(link) == (403, "max_devices_reached")
    assert (len(mail.outbox), InviteDevice.objects.count()) == (1, 1)


def test_the_same_phone_asks_once(phone, link):
    said = [phone.ok("ask_invite_device", link.token) for _ in range(3)]
    assert said[0] == said[1] == said[2]
    assert (DeviceRequest.objects.count(), len(mail.outbox)) == (1, 1)


def test_three_wait_at_a_time_and_five_ask_in_a_day(link, time_machine):
    time_machine.move_to("2026-05-05T10:00:00Z", tick=False)
    link.change_access(valid_from=None, valid_to="2027-05-05T10:00:00Z")
    for _ in range(3):
        Phone().ok("ask_invite_device", link.token)
    assert Phone().refused("ask_invite_device", link.token) == (429, "too_many_tries")
    assert len(mail.outbox) == 3
    assert [answer(False, number) for number in range(3)] == ["denied"] * 3
    for _ in range(2):
        Phone().ok("ask_invite_device", link.token)
    assert (answer(False, 3), answer(False, 4)) == ("denied", "denied")
    late = Phone()
    assert late.refused("ask_invite_device", link.token) == (429, "too_many_tries")
    assert late.last["Retry-After"] == str(24 * 3600)
    time_machine.shift(timedelta(days=1))
    Phone().ok("ask_invite_device", link.token)


def test_the_letter_says_what_it_is_about(phone, link):
    phone.ok("ask_invite_device", link.token)
    letter: Any = mail.outbox[0]
    assert (letter.to, letter.subject) == (["alice@example.org"], "One more phone for “Dinner on Friday”?")
    html = str(letter.alternatives[0][0])
    for body in (str(letter.body), html):
        assert "Dinner on Friday" in body and "On 1 phone so far." in body and token_in(letter) in body
    assert link.token not in str(letter.body) + html


def test_what_the_host_calls_things_is_no_html(phone, link):
    link.change(name="<b>Dinner</b> & more")
    phone.ok("ask_invite_device", link.token)
    letter: Any = mail.outbox[0]
    assert "“<b>Dinner</b> & more”" in str(letter.body)
    assert "“&lt;b&gt;Dinner&lt;/b&gt; &amp; more”" in str(letter.alternatives[0][0])


def test_without_an_address_it_waits_at_the_desk(phone, link):
    Resident.objects.update(email="")
    phone.ok("ask_invite_device", link.token)
    assert (DeviceRequest.objects.count(), mail.outbox) == (1, [])


def test_a_letter_that_cannot_be_sent_undoes_nothing(phone, link, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert phone.ok("ask_invite_device", link.token)["device_request"] == "asked"
    assert DeviceRequest.objects.count() == 1


@pytest.mark.parametrize("state", [state for state in STATES if state != "active"])
def test_in_every_state(phone, link, state):
    STATES[state](link)
    if state == "max_devices_reached":
        phone.ok("ask_invite_device", link.token)
    else:
        assert phone.refused("ask_invite_device", link.token) == (403, REFUSALS[state])
        assert not DeviceRequest.objects.exists()


def test_where_there_is_room_nobody_is_asked(phone, link):
    link.change(max_devices=2)
    assert phone.refused("ask_invite_device", link.token) == (409, "not_full")
    phone.ok("start_invite_session", link.token)
    assert phone.refused("ask_invite_device", link.token) == (409, "not_full")
    assert not DeviceRequest.objects.exists()


def test_a_new_link_forgets_who_asked_for_the_old_one(phone, link):
    phone.ok("ask_invite_device", link.token)
    token = token_in(mail.outbox[0])
    invites.regenerate_token(link.invite)
    assert Phone().refused("answer_device_request", token, body={"allow": True}) == (404, "not_found")
    assert not InviteDevice.objects.exists()


def test_a_request_of_another_invite_counts_for_nothing(phone, link, door, alice):
    other = invited(door, max_devices=0, host=alice.resident)
    phone.ok("ask_invite_device", other.token)
    assert "device_request" not in phone.ok("get_invite", link.token)


def test_only_hashes_are_kept(phone, link):
    said = phone.ok("ask_invite_device", link.token)
    request = DeviceRequest.objects.get()
    assert request.secret_hash == hashed(said["invite_id"])
    assert request.token_hash == hashed(token_in(mail.outbox[0]))
    kept = str(everything())
    assert said["invite_id"] not in kept and token_in(mail.outbox[0]) not in kept


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, link, unknown):
    assert phone.refused("ask_invite_device", unknown) == (404, "not_found")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(phone, link, raw):
    phone.ok("ask_invite_device", link.token, raw=raw)


def test_takes_no_other_method(phone, link):
    before = everything()
    assert_no_other_method(phone, "ask_invite_device", link.token)
    assert (everything(), mail.outbox) == (before, [])
