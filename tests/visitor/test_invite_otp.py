"""An invite for a named contact: a code is sent, typed and used up."""

import re

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from tests.building.conftest import pulses
from tests.building.inviting import Link, codes, invited
from tests.pages import Form
from visitor_portal.building.models import Door, Invite, Opener

from .guests import Guest, heading, text


@pytest.fixture
def link(door: Door) -> Link:
    return invited(door, audience=Invite.Audience.LISTED, contact_email="irena@example.org", max_devices=1)


@pytest.fixture
def irena(link: Link) -> Guest:
    return Guest(link)


def test_a_code_opens(irena: Guest) -> None:
    page = irena.send("otp")
    assert heading(page) == "Type your code" and 'autocomplete="one-time-code"' in text(page)
    challenge = Form(text(page)).fields["challenge"]
    assert heading(irena.open(challenge=challenge, otp_code=codes()[0])) == "The door is open" and pulses() == 1


def test_a_page_loaded_anew_meanwhile_still_knows_the_code(irena: Guest) -> None:
    irena.send("otp")
    assert heading(irena.open(otp_code=codes()[0])) == "The door is open"


def test_the_door_waits_for_a_code(irena: Guest) -> None:
    def is_shut(page: str) -> bool:
        return " disabled" in page[page.index('name="grant_id"') :].partition(">")[0]

    assert is_shut(text(irena.client.get(irena.path))) and not is_shut(text(irena.send("otp")))
    assert not is_shut(text(irena.client.get(irena.path)))


def test_the_first_tap_binds_the_phone(irena: Guest) -> None:
    irena.send("otp")
    assert len(irena.passes) == 1 and irena.link.invite.devices.count() == 1


def test_the_same_form_sends_one_code(irena: Guest) -> None:
    seal = irena.seal()
    first, second = (irena.send("otp", seal=seal) for _ in range(2))
    assert len(mail.outbox) == 1
    assert Form(text(first)).fields["challenge"] == Form(text(second)).fields["challenge"]


def test_another_one_too_soon_counts_down_and_keeps_the_first(irena: Guest) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        irena.send("otp")
        page = irena.send("otp")
        assert (page.status_code, heading(page)) == (429, "A code was sent a moment ago")
        assert 'data-countdown="30"' in text(page) and len(mail.outbox) == 1
        assert heading(irena.open(otp_code=codes()[0])) == "The door is open"


def test_a_resend_kills_the_old_one(irena: Guest) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        irena.send("otp")
        clock.shift(31)
        irena.send("otp")
        old, new = codes()
        assert heading(irena.open(otp_code=old)) in ("That is not the code", "That code no longer counts")
        assert heading(irena.open(otp_code=new)) == "The door is open"


@pytest.mark.parametrize(
    ("code", "title"), [("", "The code is missing"), ("000000", "That is not the code")], ids=["none", "wrong"]
)
def test_what_is_wrong_is_told_and_the_field_stays(irena: Guest, code: str, title: str) -> None:
    irena.send("otp")
    page = irena.open(otp_code=code)
    assert (page.status_code, heading(page)) == (403, title) and 'name="otp_code"' in text(page) and pulses() == 0


def test_an_old_code_is_told_as_such(irena: Guest) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = irena.send("otp")
        challenge = Form(text(page)).fields["challenge"]
        clock.shift(301)
        page = irena.open(challenge=challenge, otp_code=codes()[0])
    assert heading(page) == "That code no longer counts"


def test_says_the_same_whether_one_was_sent_or_not(irena: Guest, door: Door) -> None:
    nobody = Guest(invited(door, audience=Invite.Audience.LISTED, contact_phone="+351912345678", max_devices=1))
    said = []
    with time_machine.travel(timezone.now(), tick=False):
        for phone in (irena, nobody):
            page = phone.send("otp")
            fields = Form(text(page)).fields
            plain = re.sub(r'data-(device|challenge)="[^"]+"', "", text(page))
            for secret in (phone.link.token, phone.link.grant, *fields.values()):
                plain = plain.replace(secret, "")
            said.append((page.status_code, plain, sorted(fields)))
    assert said[0] == said[1] and len(mail.outbox) == 1


def test_a_code_is_not_used_up_by_a_door_that_stayed_shut(irena: Guest) -> None:
    irena.send("otp")
    Door.objects.update(hold="hold_closed")
    irena.open(otp_code=codes()[0])
    Door.objects.update(hold="normal")
    assert heading(irena.open(otp_code=codes()[0])) == "The door is open"


def test_no_code_is_in_a_cookie_or_an_address(irena: Guest) -> None:
    irena.send("otp")
    page = irena.open(otp_code=codes()[0])
    assert codes()[0] not in str(irena.client.cookies) + str(page.headers)
    assert not Opener.objects.exclude(settings={}).exists()
