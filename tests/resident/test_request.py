"""The host's page about one more phone: it shows, and two buttons decide."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.building.inviting import Link, invited
from tests.conftest import Person
from tests.pages import read
from visitor_portal.building import asking, invites
from visitor_portal.building.models import DeviceRequest, Door, InviteDevice
from visitor_portal.building.models.ids import hashed, new_secret

PAGE = f"/resident/request/{(TOKEN := new_secret('request'))}"


@pytest.fixture
def link(door: Door, alice: Person) -> Link:
    """Alice's, on one phone; another one has asked."""
    link = invited(door, name="Dinner <on> Friday", contact_name="Noor", max_devices=1, host=alice.resident)
    link.bound()
    asking.ask(link.invite, "", now=timezone.now())
    DeviceRequest.objects.update(token_hash=hashed(TOKEN))
    return link


def words(browser: Client | None = None) -> str:
    answer = (browser or Client()).get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def send(answer: str) -> str:
    """Press a button of the page, in a browser that holds nothing. Gives the page after it."""
    browser = Client(enforce_csrf_checks=True)
    assert answer in [button["value"] for button in read(browser.get(PAGE)).buttons]
    sent = browser.post(PAGE, {"answer": answer})
    assert (sent.status_code, sent["Location"]) == (303, PAGE)
    assert not browser.cookies
    return words(browser)


def test_it_says_who_when_and_which(link: Link) -> None:
    page = words()
    assert read(Client().get(PAGE)).headings == ["One more phone?"]
    for said in ("Dinner &lt;on&gt; Friday", "Invited: Noor", "On 1 phone so far.", "Harbour House", "Asked: "):
        assert said in page


def test_times_are_the_buildings(link: Link) -> None:
    link.invite.access.building.time_zone = "Asia/Kolkata"
    link.invite.access.building.save()
    DeviceRequest.objects.update(asked_at="2026-05-05T20:00:00Z")
    assert "May 6, 2026, 1:30 a.m." in words()


def test_looking_decides_nothing(link: Link) -> None:
    before = list(DeviceRequest.objects.values())
    for method in ("get", "head"):
        assert getattr(Client(), method)(PAGE).status_code == 200
    assert list(DeviceRequest.objects.values()) == before


def test_allow(link: Link) -> None:
    page = send("allow")
    assert "That phone can use the invite from now on." in page and "<button" not in page
    assert InviteDevice.objects.count() == 2


def test_deny(link: Link) -> None:
    page = send("deny")
    assert "That phone stays out." in page and "<button" not in page
    assert InviteDevice.objects.count() == 1


def test_the_first_answer_stands(link: Link) -> None:
    send("deny")
    Client().post(PAGE, {"answer": "allow"})
    assert "That phone stays out." in words()
    assert InviteDevice.objects.count() == 1


def test_a_void_invite_has_no_buttons(link: Link) -> None:
    invites.revoke(link.invite, timezone.now())
    assert "Nothing to allow any more" in words() and "<button" not in words()


@pytest.mark.parametrize("answer", ["", "yes", "Allow", "true"])
def test_any_other_answer_is_refused(link: Link, answer: str) -> None:
    assert Client().post(PAGE, {"answer": answer}).status_code == 400
    assert asking.state_of(DeviceRequest.objects.get(), timezone.now()) == "asked"


@pytest.mark.parametrize("wrong", ["request_unknown", "invite_x", "x", "a" * 128])
def test_an_unknown_one_is_nothing(link: Link, alice: Person, wrong: str) -> None:
    for token in (wrong, link.token, alice.key):
        assert Client().get(f"/resident/request/{token}").status_code == 404
        assert Client().post(f"/resident/request/{token}", {"answer": "allow"}).status_code == 404


def test_takes_no_other_method(link: Link) -> None:
    for method in ("put", "patch", "delete"):
        assert getattr(Client(), method)(PAGE).status_code == 405


def test_the_token_is_in_no_other_page_and_no_cookie(link: Link) -> None:
    answer = Client().get(PAGE)
    assert not answer.cookies
    assert answer.content.decode().count(TOKEN) == 1  # where its own form goes


def test_a_day_later_it_can_still_be_answered(link: Link) -> None:
    DeviceRequest.objects.update(asked_at=timezone.now() - timedelta(days=3))
    assert "That phone can use the invite" in send("allow")
