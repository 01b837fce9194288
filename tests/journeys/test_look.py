"""What every page owes a small phone: no sideways scroll, buttons for thumbs, one heading, a language."""

from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from .conftest import Phones
from .site import Site
from .steps import answered_call, call, go_to_door, reads, tap, wait_at_home

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("scheme", ["light", "dark"])]
Scheme = Literal["light", "dark"]
HOME = "Alexandre de La Rochefoucauld-Montmorency"  # the longest name there is
MEASURES = """() => {
  const root = document.documentElement;
  const shown = [...document.querySelectorAll("button, a.button, a.visit, input:not([type=hidden])")]
    .map((element) => [element.textContent.trim() || element.id, element.getBoundingClientRect()])
    .filter(([, box]) => box.width);
  return {
    width: Math.max(root.scrollWidth, document.body.scrollWidth),
    small: shown.filter(([, box]) => box.height < 44 || box.width < 44).map(([name, box]) => `${name} ${box.height}`),
    outside: shown.filter(([, box]) => box.left < 0 || box.right > 320).map(([name]) => name),
    headings: document.querySelectorAll("h1").length,
    lang: root.lang,
    dir: root.dir,
    paper: getComputedStyle(document.body).backgroundColor,
  };
}"""
PAPER = {"light": "rgb(245, 242, 236)", "dark": "rgb(17, 22, 27)"}


def small(scheme: Scheme) -> dict[str, Any]:
    """The smallest phone that anybody still carries."""
    return {"viewport": {"width": 320, "height": 568}, "color_scheme": scheme}


def fits(page: Page, scheme: Scheme) -> None:
    assert page.evaluate(MEASURES) == {
        "width": 320,
        "small": [],
        "outside": [],
        "headings": 1,
        "lang": "en",
        "dir": "ltr",
        "paper": PAPER[scheme],
    }


def test_sign_fits(site: Site, phones: Phones, scheme: Scheme):
    page = phones(**small(scheme)).page
    page.goto(site.sign)
    fits(page, scheme)
    page.goto(f"{site.sign}?q=nobody")
    fits(page, scheme)
    page.goto(site.url)
    fits(page, scheme)


def test_call_fits_from_the_bell_to_the_end(site: Site, phones: Phones, scheme: Scheme):
    site.write("UPDATE building_door SET open_seconds = 3")
    visitor, resident = phones(**small(scheme)), phones(**small(scheme))
    answered_call(visitor, resident, site, site.home(HOME), "video")
    for phone in (visitor, resident):
        fits(phone.page, scheme)
    tap(resident.page, "Open the door")
    for phone in (visitor, resident):
        reads(phone.page, "The door is open")
        fits(phone.page, scheme)
    for phone in (visitor, resident):
        reads(phone.page, "The door was opened", seconds=8)
        fits(phone.page, scheme)


def test_bell_fits_on_both_sides(site: Site, phones: Phones, scheme: Scheme):
    visitor, resident = phones(**small(scheme)).page, phones(**small(scheme)).page
    wait_at_home(resident, site.home(HOME))
    fits(resident, scheme)
    call(visitor, site, site.home(HOME))
    expect(resident.locator("[data-rings]")).to_be_visible()
    reads(visitor, f"Ringing {HOME}")
    fits(visitor, scheme)
    fits(resident, scheme)
    go_to_door(resident)
    fits(resident, scheme)
    tap(resident, "Decline")
    for page in (resident, visitor):
        expect(page.locator("[data-state=declined]")).to_be_visible()
        fits(page, scheme)


def test_plain_pages_fit(site: Site, phones: Phones, scheme: Scheme):
    visitor, resident = phones(**small(scheme)).page, phones(**small(scheme)).page
    resident.goto(site.home(HOME).url)
    resident.goto(f"{site.url}/resident?plain")
    fits(resident, scheme)
    call(visitor, site, site.home(HOME))
    visitor.goto(f"{visitor.url}?plain")
    fits(visitor, scheme)


def test_faults_fit(site: Site, phones: Phones, scheme: Scheme):
    phone = phones(**small(scheme))
    phone.expects("status of 40[34]")
    for path, title in {
        "/nothing/here": "Nothing is here",
        "/p/000000000000000000000000": "Nothing is here",
        "/s/01JABCDEFGHJKMNPQRSTVWXYZ0": "This visit is not yours to see",
    }.items():
        phone.page.goto(site.url + path)
        reads(phone.page, title)
        fits(phone.page, scheme)
