"""The first tap of a person takes a place on the invite for this phone; whoever comes too late asks the host."""

from collections import Counter
from typing import Any

import pytest

from tests.building import conftest
from tests.building.inviting import Link, invited
from tests.building.threads import together
from visitor_portal.building import asking
from visitor_portal.building.models import DeviceRequest, Door, InviteDevice

from .guests import Guest, heading, text

file_database = conftest.file_database


@pytest.fixture
def link(door: Door) -> Link:
    return invited(door, max_devices=1)


def test_a_tap_gives_the_pass_and_leads_back(link: Link) -> None:
    noor = Guest(link)
    page = noor.send("claim")
    assert (page.status_code, page["Location"]) == (303, noor.path)
    assert len(noor.passes) == 1 and InviteDevice.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_takes_no_place(link: Link, method: str) -> None:
    noor = Guest(link)
    for path in ("", "/status", "/photo", "/claim"):
        getattr(noor.client, method)(f"{noor.path}{path}")
    assert not noor.passes and not InviteDevice.objects.exists()


def test_a_second_tap_takes_no_second_place(link: Link) -> None:
    noor = Guest(link)
    seal = noor.seal()
    for _ in range(2):
        noor.send("claim", seal=seal)
    assert noor.send("claim").status_code == 303 and InviteDevice.objects.count() == 1


def test_a_phone_without_a_limit_gets_its_pass_as_well(door: Door) -> None:
    noor = Guest(invited(door))
    noor.send("claim")
    assert len(noor.passes) == 1


@pytest.mark.usefixtures("file_database")
def test_fifty_at_once_and_one_place(link: Link) -> None:
    guests = [Guest(link) for _ in range(50)]
    seals = [guest.seal() for guest in guests]

    def claim(guest: Guest, seal: str) -> Any:
        return lambda: guest.send("claim", seal=seal).status_code

    codes = together(*(claim(guest, seal) for guest, seal in zip(guests, seals, strict=True)))
    assert Counter(codes) == {303: 1, 403: 49}
    assert InviteDevice.objects.count() == 1 and sum(bool(guest.passes) for guest in guests) == 1


def test_a_second_phone_asks_the_host_and_is_let_on(link: Link) -> None:
    Guest(link).send("claim")
    second = Guest(link)
    page = second.send("ask")
    assert page.status_code == 303 and len(second.passes) == 1
    assert heading(second.open()) == "This invite is on another phone"
    asked = DeviceRequest.objects.get()
    asking.answer(asked, True, now=asked.asked_at)
    assert heading(second.open()) == "The door is open"


def test_the_host_says_no(link: Link) -> None:
    Guest(link).send("claim")
    second = Guest(link)
    second.send("ask")
    asked = DeviceRequest.objects.get()
    asking.answer(asked, False, now=asked.asked_at)
    page = second.send("ask")
    assert (page.status_code, heading(page)) == (403, "Your host said no to this phone")


def test_asking_where_there_is_room_leads_back(link: Link) -> None:
    assert Guest(link).send("ask").status_code == 303 and not DeviceRequest.objects.exists()


def test_a_void_link_gives_no_pass(link: Link) -> None:
    noor = Guest(link)
    link.change(is_enabled=False)
    page = noor.send("claim")
    assert (heading(page), noor.passes) == ("This invite is switched off", [])
    assert noor.path in text(page)
