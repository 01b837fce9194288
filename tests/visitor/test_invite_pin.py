"""An invite with a PIN: typed on the page, wrong ones told, nothing lost."""

import pytest

from tests.building import inviting
from tests.building.conftest import pulses
from tests.building.inviting import PIN, Link, invited
from visitor_portal.building.models import Door, PinTry

from .guests import Guest, heading, text

quick_hashes = inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def link(door: Door, quick_hashes: None) -> Link:
    return invited(door, pin=PIN, max_devices=2)


@pytest.fixture
def noor(link: Link) -> Guest:
    return Guest(link)


def test_opens_with_the_pin(noor: Guest) -> None:
    assert heading(noor.open(pin=PIN)) == "The door is open" and pulses() == 1


@pytest.mark.parametrize("typed", ["493 017", "493-017", "٤٩٣٠١٧", " 493017 "])
def test_takes_it_as_people_type_it(noor: Guest, typed: str) -> None:
    assert heading(noor.open(pin=typed)) == "The door is open"


def test_a_wrong_one_is_told_and_can_be_typed_again(noor: Guest) -> None:
    page = noor.open(pin="111111")
    assert (page.status_code, heading(page)) == (403, "That is not the PIN")
    said = text(page)
    assert 'name="pin"' in said and noor.link.grant in said and "111111" not in said and pulses() == 0
    assert heading(noor.open(pin=PIN)) == "The door is open"


def test_the_field_serves_phones_and_password_managers(noor: Guest) -> None:
    said = text(noor.open())
    field = said[said.index('<input id="pin"') :].partition(">")[0]
    assert 'inputmode="numeric"' in field and 'autocomplete="current-password"' in field
    assert said.count("pad__key") >= 12 and "hidden hx-preserve" in said  # the pad comes with the script


def test_the_same_form_again_is_the_same_try(noor: Guest) -> None:
    seal = noor.seal()
    for _ in range(3):
        noor.open(seal=seal, pin="111111")
    assert PinTry.objects.count() == 1


def test_the_form_taken_back_takes_the_right_pin(noor: Guest) -> None:
    seal = noor.seal()
    noor.open(seal=seal, pin="111111")
    assert heading(noor.open(seal=seal, pin=PIN)) == "The door is open"


def test_after_too_many_the_host_is_to_be_asked(noor: Guest) -> None:
    for number in range(5):
        noor.open(pin=f"11111{number}")
    page = noor.open(pin=PIN)
    assert (page.status_code, heading(page)) == (429, "Too many wrong tries")
    assert "Ask whoever invited you" in text(page) and "Retry-After" in page
    assert "data-countdown" not in text(page)  # a quarter of an hour is no countdown


def test_a_pin_is_in_no_address_and_no_cookie(noor: Guest) -> None:
    page = noor.open(pin="111119")
    assert "111119" not in str(page.headers) + str(noor.client.cookies) + text(page)
