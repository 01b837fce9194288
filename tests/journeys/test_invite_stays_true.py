"""An invite's page that stands open, comes back, or waits for its hour: it never shows more than what is so."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .browser import soon
from .conftest import Phones
from .site import Site
from .steps import reads
from .test_invite_open import fresh, invite, lobby
from .test_look import fits

__all__ = ["fresh"]
pytestmark = pytest.mark.browser
DINNER, PIANO = "Dinner with Léa", "Piano lesson"
REVOKE = f"UPDATE building_invite SET revoked_at = '2026-01-01 00:00:00' WHERE name = '{DINNER}'"
BEGINS = """UPDATE building_access SET schedule = '', valid_from = datetime('now', '{0} seconds') || '.000000'
    WHERE id = (SELECT access_id FROM building_invite WHERE name = '{1}')"""
COPYING: dict[str, Any] = {"permissions": ["clipboard-read", "clipboard-write"]}


def state(page: Page) -> str:
    return str(page.locator("#invite-status").get_attribute("data-state"))


def test_its_hour_comes_by_itself(fresh: Site, phones: Phones):
    fresh.write(BEGINS.format("+6", PIANO))
    page = phones().page
    page.goto(invite(fresh, PIANO))
    expect(page.locator("[data-left]")).to_be_visible()
    assert state(page) == "scheduled" and lobby(page).count() == 0
    assert soon(page, lambda: lobby(page).count() == 1, seconds=9)
    expect(page.locator("#announce")).to_have_text("The door can be opened now.")
    fresh.write(BEGINS.format("+7200", PIANO))


def test_its_hour_comes_without_javascript(fresh: Site, phones: Phones):
    fresh.write(BEGINS.format("+4", PIANO))
    page = phones(java_script_enabled=False).page
    page.goto(invite(fresh, PIANO))
    assert state(page) == "scheduled"
    assert soon(page, lambda: lobby(page).count() == 1, seconds=9)
    fresh.write(BEGINS.format("+7200", PIANO))


def test_the_button_of_a_dead_invite_is_gone_within_two_seconds(fresh: Site, phones: Phones):
    page = phones().page
    page.goto(invite(fresh, DINNER))
    expect(lobby(page)).to_be_visible()
    fresh.write(REVOKE)
    assert soon(page, lambda: state(page) == "revoked", seconds=2)
    expect(page.locator("#announce")).to_contain_text("Your invite was taken back")
    assert not page.get_by_text(re.compile("Quay|twelve")).count()


def test_back_from_history_it_is_what_it_is_now(fresh: Site, phones: Phones):
    page = phones().page
    page.goto(invite(fresh, DINNER))
    page.goto(fresh.url)
    fresh.write(REVOKE)
    page.go_back()
    assert state(page) == "revoked" and lobby(page).count() == 0


def test_a_page_that_was_put_away_is_deaf_until_it_is_fetched_anew(fresh: Site, phones: Phones):
    """What browsers do that keep whole pages for the way back."""
    page = phones().page
    page.goto(invite(fresh, DINNER))
    expect(lobby(page)).to_be_visible()
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert page.evaluate("() => document.getElementById('live').inert")
    fresh.write(REVOKE)
    with page.expect_navigation():
        page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    reads(page, "Your invite was taken back")


def test_copies_and_says_so(fresh: Site, phones: Phones):
    page = phones(**COPYING).page
    page.goto(invite(fresh, DINNER))
    page.get_by_role("button", name="Copy the password").click()
    expect(page.locator("#announce")).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == "twelve-quay-street"


def test_without_javascript_nothing_offers_to_copy(fresh: Site, phones: Phones):
    page = phones(java_script_enabled=False).page
    page.goto(invite(fresh, DINNER))
    expect(page.get_by_text("twelve-quay-street")).to_be_visible()
    expect(page.locator("[data-copy]").first).to_be_hidden()


def test_a_guest_elsewhere_reads_both_clocks(fresh: Site, phones: Phones):
    at_home, away = phones(timezone_id="Europe/Lisbon").page, phones(timezone_id="Asia/Tokyo").page
    for page in (at_home, away):
        page.goto(invite(fresh, PIANO))
    expect(at_home.locator("[data-zone]")).to_be_hidden()
    expect(away.locator("[data-zone]")).to_contain_text("Times are those of Lisbon. Begins")


def test_the_code_stays_open_while_the_page_looks_again(fresh: Site, phones: Phones):
    noor = phones()
    noor.page.goto(invite(fresh, DINNER))
    noor.page.get_by_text("Join by QR code").click()
    expect(noor.page.get_by_role("img", name="QR code that joins")).to_be_visible()
    noor.page.evaluate("() => { document.getElementById('invite-status').dataset.mark = 'old'; }")
    noor.context.add_cookies([{"name": "another", "value": "1", "url": fresh.url}])
    assert soon(noor.page, lambda: noor.page.locator("[data-mark]").count() == 0, seconds=4)
    expect(noor.page.get_by_role("img", name="QR code that joins")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_invite_fits_the_smallest_phone(fresh: Site, phones: Phones, scheme: Any):
    page = phones(viewport={"width": 320, "height": 568}, color_scheme=scheme).page
    for found in fresh.links["invites"]:
        page.goto(found["url"])
        fits(page, scheme)


def test_the_first_visit_is_six_requests(fresh: Site, phones: Phones):
    noor = phones()
    noor.page.goto(invite(fresh, DINNER))
    noor.page.wait_for_timeout(1000)
    asked = {answer.url for answer in noor.answers if "/status" not in answer.url}
    assert len(asked) <= 6, asked
