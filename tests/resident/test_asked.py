"""A host's open page says that a phone asks, and leads to the answer."""

import re

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from tests.building.inviting import Link, invited
from tests.conftest import Person
from tests.pages import home
from tests.sockets import socket
from visitor_portal.building import asking
from visitor_portal.building.models import Door, InviteDevice


@pytest.fixture
def link(door: Door, alice: Person) -> Link:
    """Alice's, and full."""
    return invited(door, name="Dinner on Friday", max_devices=0, host=alice.resident)


def ask(link: Link) -> None:
    asking.ask(link.invite, "", now=timezone.now())


def test_it_leads_to_the_answer(link: Link, alice: Person) -> None:
    ask(link)
    browser = home(alice.key)
    page = browser.get("/resident").content.decode()
    assert "One more phone?" in page and "Dinner on Friday" in page
    (address,) = re.findall(r'href="(/resident/request/request_[0-9a-f]+)"', page)
    assert browser.post(address, {"answer": "allow"}).status_code == 303
    assert InviteDevice.objects.count() == 1
    assert "One more phone?" not in browser.get("/resident").content.decode()


def test_it_is_nobody_elses(link: Link, bob: Person) -> None:
    ask(link)
    assert "One more phone?" not in home(bob.key).get("/resident").content.decode()


def test_it_rings_nowhere(link: Link, alice: Person) -> None:
    ask(link)
    assert "data-rings" not in home(alice.key).get("/resident").content.decode()


async def test_it_is_there_at_once(link: Link, alice: Person) -> None:
    live = socket(await sync_to_async(home)(alice.key), "/ws/resident")
    assert (await live.connect())[0]
    assert "One more phone?" not in await live.receive_from(3)
    await sync_to_async(ask)(link)
    assert "One more phone?" in await live.receive_from(3)
    await live.disconnect()
