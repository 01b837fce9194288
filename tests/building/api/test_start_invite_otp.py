import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.utils import timezone

from tests.building import inviting
from tests.building.inviting import (
    NOBODYS,
    REFUSALS,
    STATES,
    Phone,
    assert_no_other_method,
    codes,
    everything,
    invited,
)
from visitor_portal.building.models import OtpChallenge

from .hostile import UNKNOWN_IDS

phone, link, quick_hashes = inviting.phone, inviting.link, inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")

NOOR = "noor@example.org"
CLOSED = [b"", b"[]", b"null", b"channel=sms", b'{"channel": 7}', b'{"channel": "a\\u0000"}', b'{"to": "x"}']


@pytest.fixture
def asking(door):
    """An invite for Noor alone."""
    return invited(door, audience="listed_contacts", contact_email=NOOR)


class Unplugged:
    def __init__(self, **options):
        assert options["timeout"] <= 5

    def send_messages(self, messages):
        raise SMTPServerDisconnected


class Refused(Unplugged):
    def send_messages(self, messages):
        raise ConnectionRefusedError


class Late(Unplugged):
    def send_messages(self, messages):
        raise TimeoutError


def test_mails_a_code_to_the_contact(phone, asking):
    said = phone.ok("start_invite_otp", asking.token, body={})
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([NOOR], "Your code for Harbour House")
    assert re.match(r"\d{6} is your code", str(letter.body))
    challenge = OtpChallenge.objects.get()
    assert (said["challenge_id"], challenge.channel, challenge.ended_at) == (challenge.id, "email", None)
    assert challenge.expires_at - challenge.sent_at == timedelta(minutes=5)
    assert timezone.now() < challenge.expires_at


def test_the_code_is_kept_and_told_nowhere_else(phone, asking):
    phone.ok("start_invite_otp", asking.token, body={})
    (code,) = codes()
    assert code not in phone.last.content.decode()
    assert NOOR not in phone.last.content.decode()
    assert code not in mail.outbox[0].subject
    assert code not in OtpChallenge.objects.get().code_hash
    assert asking.token not in mail.outbox[0].body


def test_two_codes_with_the_same_digits_are_kept_differently(phone, asking, monkeypatch):
    monkeypatch.setattr("secrets.randbelow", lambda below: 7)
    for hours in (0, 1):
        OtpChallenge.objects.update(sent_at=timezone.now() - timedelta(hours=hours + 1))
        phone.ok("start_invite_otp", asking.token, body={})
    first, second = OtpChallenge.objects.values_list("code_hash", flat=True)
    assert codes() == ["000007"] * 2
    assert first != second


@pytest.mark.parametrize("channel", [None, "", "email", "EMAIL"])
def test_by_mail(phone, asking, channel):
    phone.ok("start_invite_otp", asking.token, body={"channel": channel})
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("channel", ["pigeon", "sms,email", "e-mail"])
def test_no_other_channel(phone, asking, channel):
    refused = phone.refused("start_invite_otp", asking.token, body={"channel": channel})
    assert refused == (400, "invalid_request")


def test_no_message_without_a_gateway(phone, asking):
    asking.change(contact_phone="+351 000")
    refused = phone.refused("start_invite_otp", asking.token, body={"channel": "sms"})
    assert refused == (403, "contact_required")
    phone.ok("start_invite_otp", asking.token, body={})
    assert [letter.to for letter in mail.outbox] == [[NOOR]]


@pytest.mark.parametrize(
    "fields",
    [
        {"contact_email": ""},
        {"contact_email": "", "contact_phone": "+351 000"},
        {"audience": "anyone_with_link"},  # no code is asked for, so nobody is bothered with one
        {"audience": "anyone_with_link", "require_verified_phone": True, "contact_phone": "+351 000"},
        {"require_verified_phone": True},  # a code by mail verifies no phone
    ],
)
def test_where_no_code_can_go(phone, asking, fields):
    asking.change(**fields)
    assert phone.refused("start_invite_otp", asking.token, body={}) == (403, "contact_required")
    assert not mail.outbox
    assert not OtpChallenge.objects.exists()


@pytest.mark.parametrize("backend", ["Unplugged", "Refused", "Late"])
def test_a_mail_server_that_fails(phone, asking, settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend}"
    assert phone.refused("start_invite_otp", asking.token, body={}) == (403, "contact_required")
    assert "could not be sent" in phone.last.json()["message"]
    assert OtpChallenge.objects.get().ended_at is not None
    assert phone.refused("start_invite_otp", asking.token, body={}) == (429, "otp_cooldown")


def test_a_hostile_name_of_a_building_is_no_header(phone, asking, building):
    building.name = {"en": "Harbour\r\nBcc: all@example.org\x00 House"}
    building.save()
    phone.ok("start_invite_otp", asking.token, body={})
    assert mail.outbox[0].subject == "Your code for Harbour Bcc: all@example.org House"
    assert mail.outbox[0].recipients() == [NOOR]


@pytest.mark.parametrize("state", STATES)
def test_in_every_state(phone, asking, state):
    STATES[state](asking)
    if state == "active":
        phone.ok("start_invite_otp", asking.token, body={})
    else:
        assert phone.refused("start_invite_otp", asking.token, body={}) == (403, REFUSALS[state])
    assert len(mail.outbox) == (state == "active")


def test_a_phone_with_a_slot(phone, asking):
    asking.change(max_devices=1)
    phone.ok("start_invite_session", asking.token)
    assert Phone().refused("start_invite_otp", asking.token, body={}) == (403, "max_devices_reached")
    phone.ok("start_invite_otp", asking.token, body={})


def test_resending_waits_a_moment(phone, asking):
    phone.ok("start_invite_otp", asking.token, body={})
    assert phone.refused("start_invite_otp", asking.token, body={}) == (429, "otp_cooldown")
    assert 1 <= int(phone.last["Retry-After"]) <= 31
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("raw", CLOSED)
def test_a_closed_body(phone, asking, raw):
    assert phone.refused("start_invite_otp", asking.token, raw=raw) == (400, "invalid_request")
    assert not mail.outbox


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, asking, unknown):
    assert phone.refused("start_invite_otp", unknown, body={}) == (404, "not_found")


def test_an_id_is_no_token(phone, asking):
    for known in (asking.invite.id, asking.grant, asking.invite.access_id, asking.invite.token_hash):
        assert phone.refused("start_invite_otp", known, body={}) == (404, "not_found")


def test_takes_no_other_method(phone, asking):
    before = everything()
    assert_no_other_method(phone, "start_invite_otp", asking.token, body={})
    assert (everything(), mail.outbox) == (before, [])
