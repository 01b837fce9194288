"""What arrives while a finger is down takes nothing away from under it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Phones
from .site import Site
from .steps import call, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"


def press(page: Page, locator: Locator) -> None:
    locator.hover()
    page.mouse.down()


def test_a_slow_tap_reaches_the_visit_although_its_link_changed_meanwhile(site: Site, phones: Phones):
    visitor, resident = phones(), phones(is_mobile=False, has_touch=False)
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    ring = resident.page.locator("[data-rings]")
    expect(ring).to_be_visible()
    press(resident.page, ring)
    ring.evaluate("(link) => { link.dataset.mark = 'pressed'; }")
    site.write("UPDATE building_session SET version = version + 1")
    resident.page.wait_for_timeout(2500)  # one poll at least
    expect(resident.page.locator("[data-mark=pressed]")).to_have_count(1)
    resident.page.mouse.up()
    expect(resident.page.locator("#session-status")).to_be_visible()


def test_what_was_kept_back_is_told_when_the_finger_is_lifted(site: Site, phones: Phones):
    visitor, resident = phones(), phones(is_mobile=False, has_touch=False)
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    resident.page.locator("[data-rings]").click()
    button = resident.page.get_by_role("button", name="Answer", exact=True)
    press(resident.page, button)
    tap(visitor.page, "Stop calling")
    resident.page.wait_for_timeout(500)
    expect(button).to_be_visible()
    resident.page.mouse.move(5, 5)
    resident.page.mouse.up()
    reads(resident.page, "The visitor ended the call", "Nothing more to do.")
