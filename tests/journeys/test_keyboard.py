"""The whole visit with Tab and Enter: every step can be reached, seen, and is not taken away under a finger."""

import pytest
from playwright.sync_api import Page, expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Site
from .steps import call, go_to_door, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
FOCUSED = """(wanted) => {
  const element = document.activeElement, style = getComputedStyle(element);
  if (!element.matches(wanted)) return "elsewhere";
  const isRinged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return element.matches(":focus-visible") && isRinged ? "shown" : "not shown";
}"""


@pytest.fixture
def desk(phones: Phones) -> Phones:
    """Hands out browsers of somebody who has no mouse."""
    return lambda: phones(viewport={"width": 900, "height": 800}, is_mobile=False, has_touch=False)


def focused(page: Page, wanted: str) -> str:
    """Whether this has the keyboard, and shows it: one question, so that no fragment comes between."""
    return str(page.evaluate(FOCUSED, wanted))


def tab_to(page: Page, wanted: str, most: int = 40) -> None:
    expect(page.locator(wanted)).to_be_visible()
    for _ in range(most):
        page.keyboard.press("Tab")
        if (found := focused(page, wanted)) != "elsewhere":
            assert found == "shown"
            return
    pytest.fail(f"Tab does not lead to {wanted}")


def enter(page: Page, wanted: str) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def test_visit_from_sign_to_door(site: Site, desk: Phones):
    visitor, resident, home = desk().page, desk().page, site.home(HOME)
    wait_at_home(resident, home)
    visitor.goto(site.sign)
    enter(visitor, f'[value="voice.{home.target_id}"]')
    enter(resident, "[data-rings]")
    reads(visitor, "Ringing Okafor & Lindqvist")
    enter(resident, "#tap-answer")
    reads(visitor, "Okafor & Lindqvist answered")
    enter(resident, "#tap-open")
    reads(visitor, "The door is open")
    enter(visitor, "#hang-up")
    expect(visitor.locator("#media-note")).to_have_text("The line is closed.")
    assert site.pulses == 1


def test_first_tab_skips_to_the_content(site: Site, desk: Phones):
    visitor = desk().page
    visitor.goto(site.sign)
    tab_to(visitor, ".skip", most=1)
    expect(visitor.locator(".skip")).to_be_in_viewport()
    visitor.keyboard.press("Enter")
    assert visitor.url.endswith("#main")


def test_search_keeps_the_cursor_while_it_finds(site: Site, desk: Phones):
    visitor = desk().page
    visitor.goto(site.sign)
    visitor.get_by_label("Who are you visiting?").focus()
    visitor.keyboard.type("okafor")
    expect(visitor.locator(".entry")).to_have_count(1)
    assert focused(visitor, "#q") != "elsewhere"
    tab_to(visitor, f'[value="voice.{site.home(HOME).target_id}"]', most=3)
    visitor.keyboard.press("Enter")
    reads(visitor, "Calling Okafor & Lindqvist")


def test_asking_again_takes_no_focus(site: Site, desk: Phones):
    phone = desk()
    call(phone.page, site, site.home(HOME))
    tab_to(phone.page, "#tap-cancel")
    since = len(phone.answers)
    phone.page.evaluate("() => htmx.trigger('#session-status', 'look')")
    assert soon(phone.page, lambda: unchanged(phone, since) >= 1, seconds=8)
    assert focused(phone.page, "#tap-cancel") == "shown"


def unchanged(phone: Phone, since: int) -> int:
    """How often the page asked for the fragment and was told that nothing is new."""
    return sum("/status?" in answer.url and answer.status == 204 for answer in phone.answers[since:])


def test_news_takes_no_focus_from_a_button(site: Site, desk: Phones):
    visitor, resident, home = desk().page, desk().page, site.home(HOME)
    call(visitor, site, home)
    tab_to(visitor, "#tap-cancel")
    resident.goto(home.url)
    reads(visitor, "Ringing Okafor & Lindqvist")
    assert focused(visitor, "#tap-cancel") == "shown"
    go_to_door(resident)
    tap(resident, "Answer")
    reads(visitor, "Okafor & Lindqvist answered")
    visitor.keyboard.press("Enter")
    reads(resident, "The visitor ended the call")


def test_news_takes_no_focus_from_a_ringing_visit(site: Site, desk: Phones):
    first, second, resident = desk().page, desk().page, desk().page
    wait_at_home(resident, site.home(HOME))
    call(first, site, site.home(HOME))
    tab_to(resident, "[data-rings]")
    call(second, site, site.home(HOME))
    expect(resident.locator("[data-rings]")).to_have_count(2)
    assert focused(resident, "[data-rings]:first-child") == "shown"
