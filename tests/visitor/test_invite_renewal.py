"""A guest whose invite has ended asks for more time."""

import pytest

from tests.building import inviting
from tests.building.inviting import STATES, Link
from visitor_portal.building.models import InviteRenewal

from .guests import Guest, heading, text

link = inviting.link


@pytest.fixture
def theo(expired: Link) -> Guest:
    return Guest(expired)


@pytest.fixture
def expired(link: Link) -> Link:
    STATES["expired"](link)
    return link


def test_asks_with_a_few_words_and_says_pending(theo: Guest) -> None:
    page = theo.send("renewal", note="The train is late")
    assert heading(page) == "Your host was asked" and "It is pending" in text(page)
    assert InviteRenewal.objects.get().note == "The train is late"


def test_asks_without_words(theo: Guest) -> None:
    assert theo.send("renewal").status_code == 200 and InviteRenewal.objects.count() == 1


def test_asking_twice_asks_once(theo: Guest) -> None:
    theo.send("renewal")
    assert heading(theo.send("renewal")) == "Your host was asked already" and InviteRenewal.objects.count() == 1


def test_too_many_words_ask_nothing(theo: Guest) -> None:
    assert theo.send("renewal", note="x" * 501).status_code == 413 and not InviteRenewal.objects.exists()


def test_an_invite_that_holds_needs_no_more_time(link: Link) -> None:
    page = Guest(link).send("renewal")
    assert (page.status_code, heading(page)) == (409, "Your invite still holds")


def test_get_asks_nothing(theo: Guest) -> None:
    assert theo.client.get(f"{theo.path}/renewal").status_code == 405 and not InviteRenewal.objects.exists()
