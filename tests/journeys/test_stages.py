"""Each stage of a visit in plain words on both screens, always with a next step; and what one hears meanwhile."""

import pytest
from playwright.sync_api import Page, expect

from .browser import soon
from .conftest import Phones
from .edges import WAVES, sounding
from .site import Site
from .steps import call, go_to_door, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
OTHERWISE = "If nobody answers, try another entry, use the panel or call the number on the sign."


def note(page: Page, words: str) -> None:
    expect(page.locator("#media-note")).to_have_text(words, timeout=10_000)


def test_from_nobody_told_to_the_end(site: Site, phones: Phones):
    visitor, resident = phones().page, phones().page
    call(visitor, site, site.home(HOME))
    reads(visitor, "Calling Okafor & Lindqvist", "No phone has shown the call yet.")
    expect(visitor.locator(".status__then")).to_have_text(OTHERWISE)
    expect(visitor.locator("[data-countdown]")).to_be_visible()
    note(visitor, "Your microphone is ready; nobody hears you before they answer.")
    resident.goto(site.home(HOME).url)
    reads(visitor, "Ringing Okafor & Lindqvist", "It rings on 1 phone.")
    go_to_door(resident)
    reads(resident, "Somebody is at the door", "Answer to talk with them, or open the door right away.")
    expect(resident.locator("[data-countdown]")).to_be_visible()
    tap(resident, "Answer")
    reads(visitor, "Okafor & Lindqvist answered", "Talk now. They can open the door from there.")
    reads(resident, "You are talking with the visitor")
    tap(visitor, "Hang up")
    reads(visitor, "You ended the call", "You can ring again from the directory.")
    reads(resident, "The visitor ended the call", "Nothing more to do.")


def test_answered_is_not_called_talking_before_they_hear_each_other(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    visitor.context.route_web_socket("**/peerjs**", lambda wire: None)  # nothing comes back
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    go_to_door(resident.page)
    tap(resident.page, "Answer")
    reads(resident.page, "You answered", "The visitor reads that you are there. You can open the door.")
    reads(visitor.page, "Okafor & Lindqvist answered", "They are there, and can open the door.")
    for phone in (visitor, resident):
        note(phone.page, "Connecting…")


def test_the_caller_hears_it_ring_where_it_rings(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    visitor.context.add_init_script(WAVES)
    call(visitor.page, site, site.home(HOME))
    reads(visitor.page, "Calling Okafor & Lindqvist")
    visitor.page.locator("h1").tap()
    assert visitor.page.evaluate("() => window.waves.length") == 0
    resident.page.goto(site.home(HOME).url)
    reads(visitor.page, "Ringing Okafor & Lindqvist")
    assert soon(visitor.page, lambda: sounding(visitor) == 1, seconds=6)
    tap(visitor.page, "Stop calling")
    reads(visitor.page, "You ended the call")
    assert soon(visitor.page, lambda: sounding(visitor) == 0, seconds=1)


@pytest.mark.parametrize("button", ["Answer", "Decline"])
def test_the_bell_rings_on_from_home_to_the_visit_and_stops_with_it(site: Site, phones: Phones, button: str):
    visitor, resident = phones().page, phones()
    resident.context.add_init_script(WAVES)
    wait_at_home(resident.page, site.home(HOME))
    resident.page.locator("h1").tap()
    call(visitor, site, site.home(HOME))
    assert soon(resident.page, lambda: sounding(resident) > 0)
    go_to_door(resident.page)
    resident.page.locator("h1").tap()
    assert soon(resident.page, lambda: sounding(resident) > 0, seconds=6)
    tap(resident.page, button)
    expect(resident.page.locator("#tap-answer")).to_have_count(0)
    assert soon(resident.page, lambda: sounding(resident) == 0, seconds=1)
    resident.page.wait_for_timeout(3000)
    assert sounding(resident) == 0
