"""Invites at the desk that go out by e-mail, that end later, and that one more phone asks for."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as LocMem
from django.db import connection
from django.utils import timezone

from visitor_portal.building import asking, devices, invites
from visitor_portal.building.models import Access, Invite, InviteDevice

from .forms import errors, send, text
from .invite_pages import add, page, press, token_on

NOOR = "noor@example.org"
address = pytest.fixture(autouse=True)(lambda settings: setattr(settings, "PUBLIC_BASE_URL", "http://testserver"))


@pytest.fixture
def noors(invite: Invite) -> Invite:
    """Alice's invite, for Noor."""
    Invite.objects.update(contact_email=NOOR, contact_name="Noor")
    invite.refresh_from_db()
    return invite


@pytest.fixture
def no_server(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


def tokens_in(letter) -> set[str]:
    return set(re.findall(r"invite_[\w-]+", str(letter.body)))


# -- letters


def test_a_new_one_is_sent_when_that_is_ticked(desk, door):
    answer = add(desk, door, contact_email=NOOR, send="on")
    (letter,) = mail.outbox
    assert letter.to == [NOOR] and tokens_in(letter) == {token_on(answer)}
    assert f"It was sent to {NOOR}." in text(answer)
    assert Invite.objects.get().mailed_at


def test_else_it_is_not(desk, door):
    assert "Send it to the guest" in text(add(desk, door, contact_email=NOOR))
    assert not mail.outbox


def test_what_cannot_be_sent_is_said_beside_the_link(desk, door, no_server):
    answer = add(desk, door, contact_email=NOOR, send="on")
    assert token_on(answer) and "It was not sent." in text(answer)


def test_it_goes_out_after_the_commit(desk, door, monkeypatch):
    inside: list[bool] = []

    def send_messages(self: LocMem, messages: Any) -> int:
        inside.append(connection.in_atomic_block)
        return len(messages)

    monkeypatch.setattr(LocMem, "send_messages", send_messages)
    add(desk, door, contact_email=NOOR, send="on")
    send(desk, page(Invite.objects.get()), name="Lunch", send="on")
    assert inside == [False, False]


def test_nobody_is_written_to_without_an_address(desk, door):
    assert errors(add(desk, door, send="on"))["send"] == ["Name the contact's e-mail first."]
    assert not Invite.objects.exists()


def test_a_form_with_an_error_sends_nothing(desk, noors):
    send(desk, page(noors), valid_to_0="someday", send="on")
    assert not mail.outbox


def test_a_change_is_told_and_the_link_stays(desk, noors):
    kept = noors.token_hash
    assert "Tell the guest by e-mail" in text(desk.get(page(noors)))
    send(desk, page(noors), valid_to_0="2099-01-01", send="on")
    (letter,) = mail.outbox
    assert "has changed" in letter.subject and not tokens_in(letter)
    noors.refresh_from_db()
    assert (noors.token_hash, noors.sequence) == (kept, 1)


def test_nobody_is_told_of_one_that_is_revoked(desk, noors):
    invites.revoke(noors, timezone.now())
    send(desk, page(noors), name="Lunch", send="on")
    assert not mail.outbox


def test_sent_again_it_is_a_new_link_and_the_page_says_so(desk, noors):
    kept = noors.token_hash
    asked = desk.post(page(noors, "send-again"))
    assert "Only a hash of the link is kept" in text(asked) and not mail.outbox
    answer = press(desk, noors, "send-again")
    (letter,) = mail.outbox
    assert tokens_in(letter) == {token_on(answer)}
    noors.refresh_from_db()
    assert noors.token_hash != kept


def test_the_guest_is_told_by_a_button_too(desk, noors):
    assert f"The guest was told: {NOOR}." in text(press(desk, noors, "tell-guest"))
    assert len(mail.outbox) == 1


def test_what_could_not_be_told_is_said(desk, noors, no_server):
    assert "No mail server took the letter" in text(press(desk, noors, "tell-guest"))


@pytest.mark.parametrize("button", ["send-again", "tell-guest"])
def test_no_letter_is_offered_without_an_address(desk, invite, button):
    assert f"/{button}/" not in desk.get(page(invite)).content.decode()


# -- more time


def test_one_day_more(desk, noors):
    ends = noors.access.valid_to
    invites.request_renewal(noors, "", now=timezone.now())
    press(desk, noors, "one-day-more")
    noors.access.refresh_from_db()
    assert noors.access.valid_to == ends + timedelta(days=1)
    assert not invites.has_asked_for_renewal(noors)


def test_one_day_more_of_what_is_over_counts_from_now(desk, noors):
    Access.objects.filter(id=noors.access_id).update(valid_to=timezone.now() - timedelta(days=9), status="deleted")
    press(desk, noors, "one-day-more")
    noors = Invite.objects.select_related("access").get(id=noors.id)
    assert timedelta(hours=23) < noors.access.valid_to - timezone.now() <= timedelta(days=1)
    assert invites.state_of(noors, None, timezone.now()) == "active"


# -- one more phone


@pytest.fixture
def asked(noors: Invite) -> Invite:
    Invite.objects.update(max_devices=1)
    noors.refresh_from_db()
    devices.bind(noors, "", now=timezone.now())
    asking.ask(noors, "", now=timezone.now())
    return noors


def test_the_list_and_the_page_say_that_a_phone_asks(desk, asked):
    assert "one more phone" in text(desk.get("/admin/building/invite/?standing=phone"))
    assert "not answered yet" in text(desk.get(page(asked)))


def test_the_filter_shows_no_other(desk, noors):
    (seen,) = [desk.get("/admin/building/invite/?standing=phone").context["cl"].result_list]
    assert not seen


@pytest.mark.parametrize(
    ("button", "said", "phones"),
    [("allow-phone", "That phone can use the invite now.", 2), ("deny-phone", "That phone stays out.", 1)],
)
def test_the_manager_answers_too(desk, asked, button, said, phones):
    assert said in text(press(desk, asked, button))
    assert InviteDevice.objects.count() == phones
    assert f"/{button}/" not in desk.get(page(asked)).content.decode()


def test_no_phone_is_let_onto_a_void_invite(desk, asked):
    Invite.objects.update(is_enabled=False)
    assert "no phone can be let onto it" in text(press(desk, asked, "allow-phone"))
    assert InviteDevice.objects.count() == 1


def test_a_resident_can_have_an_address(desk, alice):
    url = f"/admin/building/resident/{alice.resident.id}/change/"
    assert errors(send(desk, url, email="alice")) == {"email": ["Enter a valid email address."]}
    assert send(desk, url, email="alice@example.org").status_code == 302
