"""The visit and the invite in Firefox, and a talk between it and Chromium either way round."""

import pytest
from playwright.sync_api import expect

from .browser import Phone
from .browser import soon as soon_in
from .conftest import Foxes, Phones
from .firefox import Fox, soon
from .site import Site
from .steps import call, go_to_door, reads, tap, wait_at_home
from .test_invite_open import fresh, invite

__all__ = ["fresh"]
pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
TITLE = "h1"
NOTE = "#media-note"
UNDO = "Click the crossed-out microphone beside the address, and take away “Blocked”."
BLOCKED = {"media.navigator.permission.disabled": False, "media.navigator.streams.fake": True}
NO = 2  # of permissions.default.…: nobody is asked


def ring(fox: Fox, site: Site, mode: str = "voice") -> None:
    """Scan the sign and tap once."""
    fox.goto(site.sign)
    fox.click(f'button[value="{mode}.{site.home(HOME).target_id}"]')
    assert soon(lambda: fox.shows("#session-status"))


def answer(resident: Phone) -> None:
    go_to_door(resident.page)
    tap(resident.page, "Answer")


def both_talk(fox: Fox, phone: Phone, mode: str) -> bool:
    """They hear each other, and see each other where that was asked for."""
    fox.reads(NOTE, "You can talk now.")
    expect(phone.page.locator(NOTE)).to_have_text("You can talk now.", timeout=20_000)
    assert soon(fox.hears) and soon_in(phone.page, phone.hears, seconds=10)
    return mode == "voice" or (soon(fox.sees) and soon_in(phone.page, phone.sees, seconds=10))


@pytest.mark.parametrize("mode", ["voice", "video"])
def test_a_visitor_in_firefox_talks_with_a_resident_in_chromium(site: Site, phones: Phones, foxes: Foxes, mode: str):
    resident, visitor = phones(), foxes()
    wait_at_home(resident.page, site.home(HOME))
    ring(visitor, site, mode)
    answer(resident)
    assert both_talk(visitor, resident, mode)
    tap(resident.page, "Open the door")
    visitor.reads(TITLE, "The door is open")
    visitor.click("#hang-up")
    assert soon(visitor.is_quiet) and soon_in(resident.page, resident.is_quiet)
    assert site.openings == [("confirmed", "")]


@pytest.mark.parametrize("mode", ["voice", "video"])
def test_a_resident_in_firefox_talks_with_a_visitor_in_chromium(site: Site, phones: Phones, foxes: Foxes, mode: str):
    visitor, resident = phones(), foxes()
    resident.goto(site.home(HOME).url)
    call(visitor.page, site, site.home(HOME), mode)
    resident.click("[data-rings]")
    resident.click("#tap-answer")
    assert both_talk(resident, visitor, mode)
    resident.click("#tap-open")
    reads(visitor.page, "The door is open", "Come in.")
    resident.reads(TITLE, "The door is open")
    assert site.openings == [("confirmed", "")]
    tap(visitor.page, "Hang up")
    assert soon(resident.is_quiet)


def test_an_invite_opens_with_one_tap(fresh: Site, foxes: Foxes):  # noqa: F811
    noor = foxes()
    noor.goto(invite(fresh, "Dinner with Léa"))
    assert fresh.openings == []
    noor.click(".door__open")
    noor.reads(TITLE, "The door is open")
    assert noor.shows("[data-countdown]")
    assert (fresh.openings, fresh.pulses) == ([("confirmed", "")], 1)


def test_without_the_cameras_permission_one_talks_unseen(site: Site, phones: Phones, foxes: Foxes):
    resident = phones()
    visitor = foxes(**BLOCKED, **{"permissions.default.camera": NO, "permissions.default.microphone": 1})
    wait_at_home(resident.page, site.home(HOME))
    ring(visitor, site, "video")
    answer(resident)
    visitor.reads(NOTE, "You can talk now. Your camera is switched off for this page.")
    assert soon_in(resident.page, resident.hears) and soon(visitor.sees)
    assert not resident.sees()


def test_without_any_permission_one_listens_and_reads_how_to_undo_it(site: Site, phones: Phones, foxes: Foxes):
    resident = phones()
    visitor = foxes(**BLOCKED, **{"permissions.default.camera": NO, "permissions.default.microphone": NO})
    wait_at_home(resident.page, site.home(HOME))
    ring(visitor, site)
    answer(resident)
    assert soon(visitor.hears)
    visitor.reads(NOTE, "Your microphone is switched off for this page: you hear them, but they can’t hear you.")
    visitor.reads("#undo", UNDO)
    assert visitor.shows("#undo")
    tap(resident.page, "Open the door")
    visitor.reads(TITLE, "The door is open")


def test_sound_that_firefox_holds_back_waits_for_a_tap(site: Site, phones: Phones, foxes: Foxes):
    """Whoever gives no microphone has to tap before anything may be heard."""
    resident = phones()
    refused = {f"permissions.default.{what}": NO for what in ("camera", "microphone")}
    visitor = foxes(**BLOCKED, **refused, **{"media.autoplay.default": 1})
    wait_at_home(resident.page, site.home(HOME))
    ring(visitor, site)
    answer(resident)
    assert soon(visitor.hears) and soon(lambda: visitor.shows("#listen"))
    assert visitor.evaluate("() => document.getElementById('theirs').paused")
    visitor.click("#listen")
    assert soon(lambda: not visitor.evaluate("() => document.getElementById('theirs').paused"))
    assert not visitor.shows("#listen")
