"""What comes by letter: a guest's code, and the host's say about one more phone. And a browser without cookies."""

import email
import email.policy
import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from .browser import soon
from .conftest import Phones, Sites
from .site import Site
from .steps import reads

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(sites: Sites) -> Site:
    return sites(DJANGO_SETTINGS_MODULE="tests.journeys.mailing")


@pytest.fixture(autouse=True)
def as_new(site: Site) -> None:
    site.start_over()
    for letter in letters(site):
        letter.unlink()


def letters(site: Site) -> list[Path]:
    return sorted((site.database.parent / "letters").glob("*"))


def letter(site: Site) -> str:
    """The plain text of the only letter."""
    (only,) = letters(site)
    body = email.message_from_bytes(only.read_bytes(), policy=email.policy.default).get_body(("plain",))
    assert body
    return str(body.get_content())


def invite(site: Site, name: str) -> str:
    return str(next(found["url"] for found in site.links["invites"] if found["name"] == name))


def test_a_code_by_letter_opens_the_door(site: Site, phones: Phones):
    irena = phones().page
    irena.goto(invite(site, "Night nurse"))
    irena.get_by_role("button", name="Send me a code").click()
    field = irena.get_by_label("Code", exact=True)
    expect(field).to_be_visible()
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    assert soon(irena, lambda: bool(letters(site)))
    code = re.search(r"\b\d{6}\b", letter(site))
    assert code
    field.fill(code[0])
    field.press("Enter")
    reads(irena, "The door is open")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)
    assert site.rows("SELECT length(key) FROM building_invitedevice ORDER BY id DESC LIMIT 1")[0][0] == 122


def test_the_host_lets_one_more_phone_in(site: Site, phones: Phones):
    site.write("UPDATE building_resident SET email = 'host@example.org' WHERE name = 'Léa Fournier'")
    guest, host = phones().page, phones().page
    guest.goto(invite(site, "Weekend guests"))
    guest.get_by_role("button", name="Ask the host to let this phone in").click()
    expect(guest.get_by_text("Your host was asked to let this phone in as well.")).to_be_visible()
    assert soon(guest, lambda: bool(letters(site)))
    link = re.search(rf"{re.escape(site.url)}\S+", letter(site))
    assert link
    host.goto(link[0])
    host.get_by_role("button", name="Allow this phone").click()
    reads(host, "Allowed")
    guest.locator(".door__open").first.click()  # it has come by itself
    reads(guest, "The door is open")
    assert site.pulses == 1


def test_a_browser_that_keeps_no_cookies_opens_too(site: Site, phones: Phones):
    noor = phones()

    def without_cookies(route: Route) -> None:
        route.continue_(headers={k: v for k, v in route.request.headers.items() if k != "cookie"})

    noor.page.route("**/*", without_cookies)
    noor.page.goto(invite(site, "Dinner with Léa"))
    noor.page.locator(".door__open").first.click()
    reads(noor.page, "The door is open")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)
