"""What people do, and what they read."""

import re

from playwright.sync_api import Locator, Page, expect

from .browser import Phone
from .site import Home, Site


def ring_button(page: Page, home: Home, mode: str = "voice") -> Locator:
    return page.locator(f'button[value="{mode}.{home.target_id}"]')


def call(visitor: Page, site: Site, home: Home, mode: str = "voice") -> None:
    """Scan the sign and tap once."""
    visitor.goto(site.sign)
    ring_button(visitor, home, mode).click()
    expect(visitor.locator("#session-status")).to_be_visible()


def wait_at_home(resident: Page, home: Home) -> None:
    """Open the resident's own page, and see that its socket is there."""
    with resident.expect_websocket():
        resident.goto(home.url)
    expect(resident.get_by_role("heading", level=1)).to_have_text(home.name)
    expect(resident.get_by_text("Nobody is at the door.")).to_be_visible()


def go_to_door(resident: Page) -> None:
    resident.locator("[data-rings]").click()
    expect(resident.locator("#session-status")).to_be_visible()


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def reads(page: Page, title: str, text: str | None = None, *, seconds: float = 5) -> None:
    """The one heading, and the sentence below it (empty: there is none)."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=seconds * 1000)
    if text == "":
        expect(page.locator(".status__text")).to_have_count(0)
    elif text is not None:
        expect(page.locator(".status__text, .fault p").first).to_have_text(text)


def answered_call(visitor: Phone, resident: Phone, site: Site, home: Home, mode: str = "voice") -> None:
    """From the tap on the sign to two people who talk."""
    wait_at_home(resident.page, home)
    call(visitor.page, site, home, mode)
    go_to_door(resident.page)
    tap(resident.page, "Answer")
    for phone in (visitor, resident):
        expect(phone.page.locator("#media-note")).to_have_text("You can talk now.", timeout=10_000)


def session_id(visit: Page) -> str:
    found = re.search(r"/s/([0-9A-Z]{26})", visit.url)
    assert found, visit.url
    return found[1]


def seal(visit: Page) -> str:
    """The form token of the page shown."""
    return visit.locator("#session-status input[name=seal]").input_value()
