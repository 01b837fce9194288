"""A phone that bound a key signs whatever opens or spends; its cookie alone is refused, and that is written down."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.building import inviting
from tests.building.conftest import attempts, pulses
from tests.building.inviting import PIN, Link, Phone, invited
from tests.building.test_device_keys import GARBAGE, KEYS
from tests.signing import Key
from visitor_portal.building import asking, invites
from visitor_portal.building.models import Building, DeviceRequest, Invite, InviteDevice, Light

link = inviting.link
COOKIE = "oa_access_invite"
REFUSED = (403, "device_not_proved")
# What a header can carry at all: the rest never gets here.
SENT = [sent for sent in (*GARBAGE.values(), *KEYS.values()) if sent.isascii() and sent.isprintable()]


class Keyed(Phone):
    """It claimed the invite with a key."""

    def __init__(self, link: Link, key: Key | None = None) -> None:
        super().__init__()
        self.link, self.key = link, key or Key()
        self.ok("start_invite_session", link.token, X_Device_Key=self.key.public)

    @property
    def secret(self) -> str:
        return self.client.cookies[COOKIE].value

    def proof(self, action: str, place: str = "", key: str = "") -> str:
        given = self.ok("get_invite", self.link.token)["device_challenge"]
        return self.key.sign(given, self.link.token, action, place, key)

    def opens(self, key: str = "tap", proof: str | None = None, **body: str) -> tuple[int, str]:
        signed = self.proof("open", self.link.grant, key) if proof is None else proof
        headers = {"Idempotency-Key": key} | ({"X-Device-Proof": signed} if signed else {})
        body = {"grant_id": self.link.grant} | body
        status, said = self.send("execute_invite", self.link.token, body=body, **headers)
        return status, said.get("error_code", "")


@pytest.fixture
def phone(link: Link) -> Keyed:
    return Keyed(link)


@pytest.fixture(autouse=True)
def quick_locks(building: Building) -> None:
    Building.objects.update(min_interval_ms=0)


def reasons() -> list[str]:
    return [attempt.reason for attempt in attempts()]


def test_the_page_is_told_whether_a_key_is_bound(phone, link):
    stranger, plain = Phone(), Phone()
    plain.ok("start_invite_session", link.token)
    bound = [each.ok("get_invite", link.token)["device_bound"] for each in (phone, stranger, plain)]
    assert bound == [True, False, False]


def test_a_signed_tap_opens(phone):
    assert phone.opens() == (200, "") and pulses() == 1


def test_a_signature_costs_no_question_to_the_database(phone, link, django_assert_num_queries):
    plain = Phone()
    plain.ok("start_invite_session", link.token)
    proof = phone.proof("open", link.grant, "signed")
    assert plain.execute(link, key="first") == (200, "")  # the log begins with it
    with CaptureQueriesContext(connection) as asked:
        assert plain.execute(link, key="plain") == (200, "")
    with django_assert_num_queries(len(asked)):
        assert phone.opens("signed", proof) == (200, "")


def test_the_cookie_alone_opens_nothing_and_is_written_down(phone, link):
    copy = Phone().holding(phone.secret)
    assert copy.execute(link, key="tap") == copy.execute(link) == REFUSED
    assert (pulses(), reasons()) == (0, ["device_not_proved"] * 2)


def test_a_phone_that_claimed_without_a_key_has_its_cookie(link):
    plain = Phone()
    plain.ok("start_invite_session", link.token)
    assert plain.execute(link, key="tap") == (200, "")


def test_a_signature_is_good_for_one_opening(phone):
    proof = phone.proof("open", phone.link.grant, "tap")
    assert phone.opens(proof=proof) == phone.opens(proof=proof) == (200, "")  # told the same, and moved once
    assert phone.opens("another", proof=proof) == REFUSED and pulses() == 1


def test_that_of_another_phone_opens_nothing(phone, link):
    other = Keyed(link)
    assert phone.opens(proof=other.proof("open", link.grant, "tap")) == REFUSED and pulses() == 0


def test_that_for_another_door_opens_nothing(phone):
    assert phone.opens(proof=phone.proof("open", "another-door", "tap")) == REFUSED
    assert phone.opens("more", proof=phone.proof("lights", phone.link.grant, "more")) == REFUSED and pulses() == 0


def test_that_for_another_invite_opens_nothing(phone, door):
    """The same browser and the same key, by mistake."""
    other = Keyed(invited(door), phone.key)
    assert phone.opens(proof=other.proof("open", phone.link.grant, "tap")) == REFUSED


@pytest.mark.parametrize("sent", SENT, ids=range(len(SENT)))
def test_garbage_opens_nothing(phone, sent):
    assert phone.opens(proof=sent) == REFUSED and pulses() == 0


@pytest.mark.parametrize("sent", [key for key in SENT if key], ids=range(len([key for key in SENT if key])))
def test_garbage_is_no_key(link, sent):
    for operation in ("start_invite_session", "ask_invite_device"):
        link.change(max_devices=0 if operation == "ask_invite_device" else None)
        assert Phone().refused(operation, link.token, X_Device_Key=sent) == (400, "invalid_request")
    assert not InviteDevice.objects.exists() and not DeviceRequest.objects.exists()


def test_a_shut_door_is_told_as_it_is(phone):
    invites.revoke(phone.link.invite, timezone.now())
    assert phone.opens(proof="x") == (403, "invite_revoked")


def test_no_pin_is_tried_without_a_signature(door):
    phone = Keyed(invited(door, pin=PIN))
    assert phone.opens(proof="x", pin="000000") == REFUSED and not phone.link.invite.pin_tries.exists()
    assert phone.opens("next", pin=PIN) == (200, "")


def test_no_code_is_sent_without_a_signature(door, caplog):
    link = invited(door, audience=Invite.Audience.LISTED, contact_email="noor@example.org")
    phone = Keyed(link)
    assert phone.refused("start_invite_otp", link.token, body={}) == REFUSED and not mail.outbox
    assert caplog.messages == [f"A phone of invite {link.invite.id} did not sign with its key: otp"]
    phone.ok("start_invite_otp", link.token, body={}, X_Device_Proof=phone.proof("otp"))
    assert len(mail.outbox) == 1


def at_sign(phone: Keyed, sign: str, action: str, key: str = "") -> dict[str, Any]:
    given = phone.ok("get_portal", sign)["device_challenge"]
    proof = phone.key.sign(given, phone.link.token, action, sign, key)
    return {"X-Device-Proof": proof} | ({"Idempotency-Key": key} if key else {})


def test_at_the_sign_a_tap_is_signed_as_well(phone, portal):
    sign = portal.public_id
    assert phone.refused("open_portal", sign, Idempotency_Key="tap") == REFUSED and pulses() == 0
    assert reasons() == ["device_not_proved"]
    phone.ok("open_portal", sign, **at_sign(phone, sign, "open", "more"))
    assert pulses() == 1


def test_so_are_the_lights(phone, portal):
    sign = portal.public_id
    assert phone.refused("set_portal_lights", sign) == REFUSED and Light.objects.get().on_until is None
    phone.ok("set_portal_lights", sign, **at_sign(phone, sign, "lights"))
    assert Light.objects.get().on_until


def test_a_sign_asks_nobody_else_for_a_signature(api, portal, link, alice):
    plain = Phone()
    plain.ok("start_invite_session", link.token)
    for who, key in ((plain, None), (api, alice.key), (api, None)):
        assert "device_challenge" not in who.ok("get_portal", portal.public_id, token=key)


def test_a_copied_cookie_puts_no_key_of_its_own_in_place(phone, link):
    copy = Phone().holding(phone.secret)
    assert copy.refused("start_invite_session", link.token, X_Device_Key=Key().public) == REFUSED
    assert copy.ok("start_invite_session", link.token)["invite_id"] == phone.secret
    assert phone.opens() == (200, "")


def test_a_phone_that_had_none_binds_one_later(link):
    plain, key = Phone(), Key()
    secret = plain.ok("start_invite_session", link.token)["invite_id"]
    assert plain.ok("start_invite_session", link.token, X_Device_Key=key.public)["invite_id"] == secret
    assert plain.execute(link, key="tap") == REFUSED and link.invite.devices.count() == 1


def test_its_last_signature_gives_the_slot_to_another_browser(phone, link):
    before, proof = phone.secret, phone.proof("move")
    after = phone.ok("start_invite_session", link.token, X_Device_Proof=proof)["invite_id"]
    assert after != before and InviteDevice.objects.get().key == ""
    assert Phone().holding(before).ok("get_invite", link.token)["device_bound"] is False
    safari = Phone().holding(after)
    safari.ok("start_invite_session", link.token, X_Device_Key=Key().public)
    assert safari.execute(link, key="tap") == REFUSED and link.invite.devices.count() == 1


def test_without_a_signature_it_does_not_move(phone, link):
    copy = Phone().holding(phone.secret)
    for proof in ("x", phone.proof("open"), phone.proof("otp")):
        assert copy.refused("start_invite_session", link.token, X_Device_Proof=proof) == REFUSED
    assert phone.opens() == (200, "")


def test_a_phone_that_the_host_lets_on_has_the_key_that_it_asked_with(link):
    link.change(max_devices=1)
    first, second = Keyed(link), Phone()
    key = Key()
    second.ok("ask_invite_device", link.token, X_Device_Key=key.public)
    asking.answer(DeviceRequest.objects.get(), True, now=timezone.now())
    assert second.execute(link, key="tap") == REFUSED
    assert {device.key for device in InviteDevice.objects.all()} == {first.key.public, key.public}


def test_more_time_after_the_end_lets_each_phone_bind_anew(phone, link):
    """Its page dropped the key when it showed the end."""
    now = timezone.now()
    link.change_access(valid_to=now - timedelta(minutes=1))
    invites.extend(Invite.objects.get(), now + timedelta(days=1), now=now)
    assert phone.ok("get_invite", link.token)["device_bound"] is False


def test_more_time_before_the_end_leaves_the_keys(phone, link):
    invites.extend(link.invite, timezone.now() + timedelta(days=9), now=timezone.now())
    assert phone.ok("get_invite", link.token)["device_bound"] is True
