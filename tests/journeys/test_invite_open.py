"""A guest at the door: the link, one tap, and the door says what it did."""

import pytest
from playwright.sync_api import Page, expect

from .browser import soon
from .conftest import Phones
from .site import Site
from .steps import reads, tap

pytestmark = pytest.mark.browser
PIN = "246813"
CLICK_TWICE = "(button) => { button.click(); button.click(); }"

# A page that waits for its answer can't be asked: it writes down what it showed meanwhile.
WATCH = """() => addEventListener("submit", () => setTimeout(() => {
  const shown = (found) => [...document.querySelectorAll(found)].filter((e) => e.checkVisibility());
  sessionStorage.meanwhile = shown("[aria-busy], [data-sent] .is-done").map((e) => e.innerText.trim()).join(" ");
}, 300))"""


@pytest.fixture
def fresh(site: Site) -> Site:
    """The demo's invites as nobody has used them yet."""
    site.write(
        "DELETE FROM building_invitedevice WHERE invite_id NOT IN "
        "(SELECT id FROM building_invite WHERE max_devices IS NOT NULL)",
        "DELETE FROM building_pintry",
        "UPDATE building_invite SET uses = 0",
        "UPDATE building_invite SET revoked_at = NULL WHERE name <> 'House key for Sam'",
    )
    return site


def invite(site: Site, name: str) -> str:
    return str(next(found["url"] for found in site.links["invites"] if found["name"] == name))


def garage_sign(site: Site) -> str:
    return str(next(sign["url"] for sign in site.links["portals"] if "arage" in str(sign)))


def lobby(page: Page):
    return page.locator(".door__open").first


def test_one_tap_opens(fresh: Site, phones: Phones):
    noor = phones()
    noor.page.goto(invite(fresh, "Dinner with Léa"))
    assert fresh.openings == [] and not noor.cookies
    lobby(noor.page).click()
    reads(noor.page, "The door is open")
    expect(noor.page.locator("[data-countdown]")).to_be_visible()
    expect(noor.page.locator(".steps .is-done")).to_have_text(["Sent", "Confirmed", "Seen open"])
    expect(noor.page.locator("#how-far")).to_contain_text("The door itself says that it stands open.")
    assert (fresh.openings, fresh.pulses) == ([("confirmed", "")], 1)
    assert [name for name in noor.cookies if name.startswith("invite-")]


def test_two_fast_taps_open_once(fresh: Site, phones: Phones):
    noor = phones().page
    noor.goto(invite(fresh, "Dinner with Léa"))
    lobby(noor).evaluate(CLICK_TWICE)
    reads(noor, "The door is open")
    assert (fresh.openings, fresh.pulses) == ([("confirmed", "")], 1)
    assert (
        fresh.rows(
            "SELECT count(*) FROM building_invitedevice WHERE invite_id IN "
            "(SELECT id FROM building_invite WHERE name = 'Dinner with Léa')"
        )[0][0]
        == 1
    )


def test_the_way_back_opens_nothing_again(fresh: Site, phones: Phones):
    noor = phones().page
    noor.goto(invite(fresh, "Dinner with Léa"))
    lobby(noor).click()
    reads(noor, "The door is open")
    noor.go_back()
    expect(lobby(noor)).to_contain_text("Open")
    expect(noor.locator("[aria-busy]")).to_have_count(0)
    assert fresh.pulses == 1


def test_says_that_it_asks_while_it_asks(fresh: Site, phones: Phones):
    fresh.write("""UPDATE building_opener SET settings = '{"seconds": 1.5}'""")
    noor = phones().page
    noor.goto(invite(fresh, "Dinner with Léa"))
    expect(lobby(noor)).to_be_visible()
    noor.evaluate(WATCH)
    lobby(noor).click()
    reads(noor, "The door is open")
    assert noor.evaluate("() => sessionStorage.meanwhile") == "Asking the door … Sent"


def test_pin_by_the_pad_with_one_thumb(fresh: Site, phones: Phones):
    courier = phones()
    courier.expects("status of 403")
    page = courier.page
    page.goto(invite(fresh, "Parcel pick-up"))
    expect(page.locator(".pad")).to_be_visible()
    for digit in "111111":
        page.get_by_role("button", name=digit, exact=True).click()
    lobby(page).click()
    reads(page, "That is not the PIN")
    assert fresh.pulses == 0
    for digit in "9" + PIN:
        page.get_by_role("button", name=digit, exact=True).click()
        if digit == "9":
            tap(page, "Delete the last digit")
    lobby(page).click()
    reads(page, "The door is open")


def test_pin_typed_and_entered(fresh: Site, phones: Phones):
    page = phones().page
    page.goto(invite(fresh, "Parcel pick-up"))
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_label("PIN", exact=True).press("Enter")
    reads(page, "The door is open")


def test_without_javascript(fresh: Site, phones: Phones):
    courier = phones(java_script_enabled=False)
    courier.expects("status of 403")
    page = courier.page
    page.goto(invite(fresh, "Parcel pick-up"))
    expect(page.locator(".pad")).to_be_hidden()
    lobby(page).click()
    reads(page, "The PIN is missing")
    page.get_by_label("PIN", exact=True).fill(PIN)
    lobby(page).click()
    reads(page, "The door is open")
    assert fresh.pulses == 1


def test_revoked_while_the_page_is_open(fresh: Site, phones: Phones):
    noor = phones()
    noor.page.goto(invite(fresh, "Dinner with Léa"))
    expect(lobby(noor.page)).to_be_visible()
    fresh.write("UPDATE building_invite SET revoked_at = '2026-01-01 00:00:00' WHERE name = 'Dinner with Léa'")
    assert soon(noor.page, lambda: lobby(noor.page).count() == 0, seconds=3)
    reads(noor.page, "Your invite was taken back")
    assert fresh.openings == []


def test_scan_then_open(fresh: Site, phones: Phones):
    noor = phones().page
    noor.goto(invite(fresh, "Dinner with Léa"))
    garage = noor.locator(".door__open").nth(1)
    expect(garage).to_be_disabled()
    lobby(noor).click()
    reads(noor, "The door is open")
    fresh.write("UPDATE building_building SET next_open_at = NULL")
    noor.goto(garage_sign(fresh))
    tap(noor, "Open the door")
    reads(noor, "The door is open")
    assert fresh.pulses == 2
