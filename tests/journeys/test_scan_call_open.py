"""The visit as it is meant to be: one tap, a bell at home, a talk, a door."""

import pytest
from playwright.sync_api import expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Site
from .steps import answered_call, call, go_to_door, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"


def test_one_tap_rings_at_home_by_push(site: Site, phones: Phones):
    visitor, resident, home = phones(), phones(), site.home(HOME)
    wait_at_home(resident.page, home)
    assert not any("data-rings" in frame for frame in resident.frames)
    call(visitor.page, site, home)
    resident.page.locator("[data-rings]").wait_for()
    assert any("data-rings" in frame for frame in resident.frames)
    reads(visitor.page, "Ringing Okafor & Lindqvist", "It rings on 1 phone.")


@pytest.mark.parametrize("mode", ["voice", "video"])
def test_answer_carries_sound_and_picture_both_ways(site: Site, phones: Phones, mode: str):
    visitor, resident = phones(), phones()
    answered_call(visitor, resident, site, site.home(HOME), mode)
    for phone in (visitor, resident):
        assert soon(phone.page, phone.hears)
        assert soon(phone.page, phone.sees) if mode == "video" else not phone.sees()
    assert is_asked_once(visitor, resident)
    reads(visitor.page, "Okafor & Lindqvist answered", "Talk now. They can open the door from there.")
    reads(resident.page, "You are talking with the visitor")


def is_asked_once(visitor: Phone, resident: Phone) -> bool:
    """The visitor's page while it rings; the resident's in the tap on "Answer", or once it is loaded after that."""
    return visitor.asked in (["pending"], ["ringing"]) and len(resident.asked) == 1


def test_camera_is_asked_for_once_and_by_nobody_before_the_own_tap(site: Site, phones: Phones):
    visitor, resident, home = phones(), phones(), site.home(HOME)
    wait_at_home(resident.page, home)
    visitor.page.goto(site.sign)
    assert visitor.asked == []
    call(visitor.page, site, home, "video")
    go_to_door(resident.page)
    ready = "Your microphone and camera are ready; nobody hears or sees you before they answer."
    expect(visitor.page.locator("#media-note")).to_have_text(ready)
    assert resident.asked == []
    tap(resident.page, "Answer")
    for phone in (visitor, resident):
        expect(phone.page.locator("#media-note")).to_have_text("You can talk now.", timeout=10_000)
    assert is_asked_once(visitor, resident)


def test_door_opens_once_and_both_read_when_it_shuts(site: Site, phones: Phones):
    site.write("UPDATE building_door SET open_seconds = 3")
    visitor, resident = phones(), phones()
    answered_call(visitor, resident, site, site.home(HOME))
    tap(resident.page, "Open the door")
    reads(visitor.page, "The door is open", "Come in.")
    reads(resident.page, "The door is open", "The visitor can come in.")
    for phone in (visitor, resident):
        reads(phone.page, "The door was opened", "By now it has shut again.", seconds=8)
    assert site.openings == [("confirmed", "")]
    assert site.pulses == 1


@pytest.mark.parametrize("by", ["visitor", "resident"])
def test_hanging_up_after_the_door_opened_lets_go_of_the_microphones(site: Site, phones: Phones, by: str):
    people = {"visitor": phones(), "resident": phones()}
    answered_call(people["visitor"], people["resident"], site, site.home(HOME), "video")
    tap(people["resident"].page, "Open the door")
    reads(people[by].page, "The door is open")
    assert not any(phone.is_quiet() for phone in people.values())
    tap(people[by].page, "Hang up")
    for phone in people.values():
        assert soon(phone.page, phone.is_quiet, seconds=1)
        expect(phone.page.locator("#media-note")).to_have_text("The line is closed.")
