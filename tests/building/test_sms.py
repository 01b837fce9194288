"""Short messages: handed once to a gateway that may refuse, be slow or hang up, and never many in a day."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from tests.building.drivers.relay import Manner, Relay, answering, http, saying
from visitor_portal.building import otp, sms
from visitor_portal.building.executing import execute
from visitor_portal.building.models import Invite, OtpChallenge
from visitor_portal.building.refusals import Refusal

from . import inviting
from .inviting import Link, invited
from .threads import together

quick_hashes = inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")
PHONE = "+351 912 345 678"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ACCEPTED = answering(202, b'{"id": "x"}')


@pytest.fixture
def gateway(settings: Any) -> Any:
    """A gateway on a real socket, which behaves in this manner."""
    relays: list[Relay] = []

    def made(manner: Manner = ACCEPTED) -> Relay:
        relays.append(relay := Relay(manner).__enter__())
        settings.SMS_BACKEND = "visitor_portal.building.sms.HttpGateway"
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_FROM = relay.url("/v1/messages"), "s3cret", "Harbour"
        return relay

    yield made
    for relay in relays:
        relay.__exit__()


def by_phone(door, **fields) -> Link:
    said: dict[str, Any] = {"require_verified_phone": True, "contact_phone": PHONE}
    return invited(door, **said | fields)


def start(link: Link, now, channel: str | None = None) -> OtpChallenge:
    return otp.start(link.tap().invite, None, channel, now=now)


def refused(link: Link, now) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        start(link, now)
    return refusal.value


def test_the_code_goes_to_the_phone_once_and_opens_the_door(door, now, gateway):
    link, relay = by_phone(door), gateway()
    challenge = start(link, now)
    (request,) = relay.requests
    said = json.loads(request.body)
    assert (request.method, request.path, request.headers["authorization"]) == (
        "POST",
        "/v1/messages",
        "Bearer s3cret",
    )
    assert (said["to"], said["from"], set(said)) == ("+351912345678", "Harbour", {"to", "from", "text"})
    code = said["text"].split()[0]
    attempt, _ = execute(link.tap(challenge=challenge.id, code=code), now=now)
    assert attempt.state == "confirmed"
    assert (challenge.channel, mail.outbox) == ("sms", [])


def test_it_fits_into_one_message(door, now, gateway):
    relay = gateway()
    start(by_phone(door), now)
    text = json.loads(relay.requests[0].body)["text"]
    assert len(text) <= 160 and text.isascii()


def test_a_phone_is_the_first_choice_and_mail_can_be_asked_for(door, now, gateway):
    relay = gateway()
    link = by_phone(door, require_verified_phone=False, audience="listed_contacts", contact_email="noor@example.org")
    assert start(link, now).channel == "sms"
    assert start(link, now + timedelta(minutes=1), "email").channel == "email"
    assert (len(relay.requests), len(mail.outbox)) == (1, 1)


def drip(peer) -> None:
    """A byte every now and then, for longer than anybody waits."""
    peer.read()
    for byte in http(200, b"x" * 100):
        peer.send(bytes([byte]))
        peer.sleep(0.2)


BAD: dict[str, Manner] = {
    "refuses": answering(401, b"no"),
    "fails": answering(503),
    "redirects": answering(302, b"", "Location: http://127.0.0.1:1/"),
    "closes": saying(b""),
    "closes at once": lambda peer: None,
    "resets": saying(b"HTTP/1.1 2", then="reset"),
    "says nonsense": saying(b"\x00\xff" * 40),
}


@pytest.mark.parametrize("how", BAD)
def test_what_was_not_accepted_is_not_tried_again(door, now, gateway, how):
    relay, link = gateway(BAD[how]), by_phone(door)
    refusal = refused(link, now)
    assert (refusal.code, relay.connections) == ("contact_required", 1)
    assert not OtpChallenge.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("manner", [lambda peer: (peer.read(), peer.sleep()), drip], ids=["silent", "dripping"])
def test_a_slow_one_is_not_waited_for(door, now, gateway, monkeypatch, manner):
    monkeypatch.setattr(sms, "PATIENCE", 0.5)
    gateway(manner)
    began = time.monotonic()
    assert refused(by_phone(door), now).code == "contact_required"
    assert time.monotonic() - began < 3


def test_nobody_is_there(door, now, settings, gateway):
    gateway()
    settings.SMS_URL = "http://127.0.0.1:9/"
    assert refused(by_phone(door), now).code == "contact_required"


def test_a_days_budget_is_shared_by_all_invites(door, now, settings, gateway):
    relay, settings.SMS_PER_DAY = gateway(), 3
    links = [by_phone(door, contact_phone=f"+35191234567{n}") for n in range(4)]
    for n, link in enumerate(links[:3]):
        start(link, now + n * SECOND)
    refusal = refused(links[3], now + 3 * SECOND)
    assert (refusal.code, refusal.retry_after) == ("too_many_tries", 24 * 3600 - 3)
    assert len(relay.requests) == 3
    start(links[3], now + DAY)
    assert len(relay.requests) == 4


@pytest.mark.usefixtures("file_database")
def test_many_at_once_share_it_too(door, now, settings, gateway):
    relay, settings.SMS_PER_DAY = gateway(), 3
    links = [by_phone(door, contact_phone=f"+3519123456{n:02}") for n in range(20)]
    results = together(*[lambda link=link: start(link, now) for link in links])
    assert sorted(getattr(result, "code", "sent") for result in results) == ["sent"] * 3 + ["too_many_tries"] * 17
    assert len(relay.requests) == 3


def test_the_budget_is_not_for_mail(door, now, settings, gateway):
    gateway()
    settings.SMS_PER_DAY = 1
    start(by_phone(door), now)
    link = invited(door, audience="listed_contacts", contact_email="noor@example.org")
    assert start(link, now).channel == "email"


def test_neither_number_nor_code_nor_token_is_logged(door, now, gateway, caplog):
    gateway(answering(500))
    refused(by_phone(door), now)
    said = caplog.text
    assert "The SMS gateway answered 500." in said
    assert "912345678" not in said and "s3cret" not in said


class Telegraph:
    sent: list[tuple[str, str]] = []

    def send(self, to: str, text: str) -> None:
        self.sent.append((to, text))


def test_another_gateway_can_be_named(door, now, settings):
    settings.SMS_BACKEND = "tests.building.test_sms.Telegraph"
    start(by_phone(door), now)
    assert [to for to, _ in Telegraph.sent] == ["+351912345678"]


# -- numbers


@pytest.mark.parametrize("written", ["+351 912 345 678", "+351-912-345-678", " +351912345678 ", "+351 (912) 345678"])
def test_a_number_is_kept_as_gateways_take_it(door, written):
    assert by_phone(door, contact_phone=written).invite.contact_phone == "+351912345678"


@pytest.mark.parametrize("wrong", ["912345678", "+351 000", "+999 123456789", "call me", "+", "+351 912 345 678 901"])
def test_what_is_no_number_is_refused(door, wrong):
    with pytest.raises(ValidationError, match="Write it with its country"):
        by_phone(door, contact_phone=wrong)
    assert not Invite.objects.exists()
