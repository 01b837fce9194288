"""Both sides with JavaScript switched off: forms, links, and pages that look again by themselves."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Phones
from .site import Home, Site
from .steps import call, reads, ring_button, tap

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"


def come_home(resident: Page, home: Home) -> None:
    resident.goto(home.url)
    resident.wait_for_url("**/resident?plain")
    expect(resident.get_by_text("This page looks again every few seconds")).to_be_visible()


def go_to_door(resident: Page) -> None:
    resident.locator("[data-rings]").click(timeout=8000)
    resident.wait_for_url("**as=callee&plain")


def test_call_answer_and_open_by_forms_alone(site: Site, phones: Phones):
    visitor, resident = (phones(java_script_enabled=False).page for _ in range(2))
    come_home(resident, site.home(HOME))
    call(visitor, site, site.home(HOME))
    reads(visitor, "Calling Okafor & Lindqvist", "No phone has shown the call yet.")
    go_to_door(resident)
    reads(resident, "Somebody is at the door", "Answer to talk with them, or open the door right away.")
    tap(resident, "Answer")
    reads(resident, "You answered", "The visitor reads that you are there. You can open the door.")
    reads(visitor, "Okafor & Lindqvist answered", "They are there, and can open the door.", seconds=8)
    tap(resident, "Open the door")
    reads(resident, "The door is open", "The visitor can come in.")
    reads(visitor, "The door is open", "Come in.", seconds=8)
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)


def test_pages_look_again_until_the_visit_is_over(site: Site, phones: Phones):
    visitor = phones(java_script_enabled=False).page
    with visitor.expect_response("**/s/*?as=caller&plain") as first:
        call(visitor, site, site.home(HOME))
    assert first.value.headers["refresh"] == "3"
    with visitor.expect_response("**/s/*?as=caller&plain", timeout=8000) as second:
        pass
    assert second.value.headers["refresh"] == "3"
    with visitor.expect_response("**/s/*?as=caller&plain") as last:
        tap(visitor, "Stop calling")
    assert "refresh" not in last.value.headers
    reads(visitor, "You ended the call", "You can ring again from the directory.")


def test_resident_page_looks_again_and_declines(site: Site, phones: Phones):
    visitor, resident = (phones(java_script_enabled=False).page for _ in range(2))
    with resident.expect_response("**/resident?plain") as shown:
        come_home(resident, site.home(HOME))
    assert shown.value.headers["refresh"] == "5"
    call(visitor, site, site.home(HOME))
    go_to_door(resident)
    tap(resident, "Decline")
    reads(resident, "You declined", "The visitor is told that you can't come now.")
    text = "They know that you are here. Try another entry, or use the panel or the number on the sign."
    reads(visitor, "Okafor & Lindqvist can't take the visit now", text, seconds=8)


def test_search_is_a_form(site: Site, phones: Phones):
    visitor = phones(java_script_enabled=False).page
    visitor.goto(site.sign)
    visitor.get_by_label("Who are you visiting?").fill("nunez")
    tap(visitor, "Search")
    visitor.wait_for_url("**?q=nunez")
    expect(visitor.locator(".entry__name")).to_have_text(["José María Núñez"])
    expect(ring_button(visitor, site.home("José María Núñez"))).to_be_visible()


def test_search_that_finds_nobody_says_so(site: Site, phones: Phones):
    visitor = phones(java_script_enabled=False).page
    visitor.goto(f"{site.sign}?q=nobody+of+that+name")
    expect(visitor.get_by_role("heading", level=2)).to_have_text("Nobody here matches “nobody of that name”")
    visitor.get_by_role("link", name="Show everybody").click()
    expect(visitor.locator(".entry")).to_have_count(26)
