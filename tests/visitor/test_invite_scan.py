"""A door that opens only for whoever stands before it: the sticker is scanned, then one tap opens."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.building.conftest import pulses
from tests.building.inviting import PIN, Link, invited
from tests.pages import Form
from visitor_portal.building.models import Building, Door, Opener, Portal, SpentScan

from .guests import Guest, heading, text


@pytest.fixture
def link(door: Door, portal: Portal) -> Link:
    return invited(door, "SCAN", max_devices=2)


@pytest.fixture
def noor(link: Link) -> Guest:
    """Her phone holds the invite already."""
    noor = Guest(link)
    noor.send("claim")
    return noor


def scan(guest: Guest, portal: Portal) -> str:
    return text(guest.client.get(f"/p/{portal.public_id}"))


def tap_at_sign(guest: Guest, portal: Portal, page: str) -> tuple[int, str]:
    fields = Form(page[page.index('class="quick') : page.index('class="or"')]).fields
    answer = guest.client.post(f"/p/{portal.public_id}/open", fields)
    return answer.status_code, heading(answer)


def test_the_page_says_to_scan_first(noor: Guest) -> None:
    page = noor.open()
    assert (page.status_code, heading(page)) == (403, "Scan the sign at the door")
    said = text(page)
    assert "Scan the sticker at this door with this phone." in said
    assert " disabled" in said[said.index('name="grant_id"') :].partition(">")[0] and pulses() == 0


def test_a_scan_then_one_tap_at_the_sign_opens(noor: Guest, portal: Portal) -> None:
    assert tap_at_sign(noor, portal, scan(noor, portal)) == (200, "The door is open") and pulses() == 1


def test_a_scan_then_one_tap_on_the_invite_opens(noor: Guest, portal: Portal) -> None:
    scan(noor, portal)
    page = noor.open(**{f"sign-{noor.link.grant}": portal.public_id})
    assert heading(page) == "The door is open" and pulses() == 1


def test_the_invite_shows_the_button_after_the_scan(noor: Guest, portal: Portal) -> None:
    scan(noor, portal)
    Opener.objects.update(settings={"fault": "dead"})
    said = text(noor.open(**{f"sign-{noor.link.grant}": portal.public_id}))
    assert "You have just scanned its sign" in said
    assert " disabled" not in said[said.index('name="grant_id"') :].partition(">")[0]


def test_two_minutes_later_it_is_to_be_scanned_again(noor: Guest, portal: Portal) -> None:
    page = scan(noor, portal)
    with time_machine.travel(timezone.now() + timedelta(seconds=121)):
        assert tap_at_sign(noor, portal, page)[0] == 409
        again = noor.open(**{f"sign-{noor.link.grant}": portal.public_id})
    assert heading(again) == "Scan the sign at the door" and pulses() == 0


def test_one_scan_is_good_for_one_opening(noor: Guest, portal: Portal) -> None:
    scan(noor, portal)
    kept = noor.client.cookies.output(header="")
    noor.open(**{f"sign-{noor.link.grant}": portal.public_id})
    Building.objects.update(next_open_at=None)
    noor.client.cookies.load(kept)  # a phone that did not let go of it
    page = noor.open(**{f"sign-{noor.link.grant}": portal.public_id})
    assert heading(page) == "Scan the sign at the door"
    assert (pulses(), SpentScan.objects.count()) == (1, 1)


def test_the_same_tap_twice_is_told_the_same(noor: Guest, portal: Portal) -> None:
    page = scan(noor, portal)
    assert [tap_at_sign(noor, portal, page) for _ in range(2)] == [(200, "The door is open")] * 2 and pulses() == 1


def test_a_scan_by_another_phone_counts_for_that_phone_alone(noor: Guest, portal: Portal) -> None:
    other = Guest(noor.link)
    other.send("claim")
    scan(noor, portal)
    for name in [name for name in noor.client.cookies if name.startswith("scan-")]:
        other.client.cookies[name] = noor.client.cookies[name].value
    page = other.open(**{f"sign-{noor.link.grant}": portal.public_id})
    assert heading(page) == "Scan the sign at the door" and pulses() == 0


def test_the_sticker_of_another_door_counts_for_nothing(noor: Guest, building: Building, portal: Portal) -> None:
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    elsewhere = Portal.objects.create(door=garage, name={"en": "Garage"})
    scan(noor, elsewhere)
    assert heading(noor.open(**{f"sign-{noor.link.grant}": elsewhere.public_id})) == "Scan the sign at the door"


def test_a_stranger_who_scans_gets_no_proof(link: Link, portal: Portal) -> None:
    stranger = Guest(link)
    assert "Open the door" not in scan(stranger, portal)
    assert not [name for name in stranger.client.cookies if name.startswith("scan-")]


def test_a_scan_and_a_pin_open_from_the_invite(door: Door, portal: Portal) -> None:
    sam = Guest(invited(door, "SCAN_PLUS_PHONE", pin=PIN))
    sam.send("claim")
    assert "Go back to your invite" in scan(sam, portal)
    page = sam.open(pin=PIN, **{f"sign-{sam.link.grant}": portal.public_id})
    assert heading(page) == "The door is open"
