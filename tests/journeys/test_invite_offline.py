"""A guest keeps the invite on the phone, and stands where there is no signal."""

import pytest
from playwright.sync_api import expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Site

pytestmark = pytest.mark.browser
KEEP, KEPT = "Keep on this phone", "Kept on this phone"
SHELF = "caches.keys().then((names) => names.length)"


def link(site: Site, name: str) -> str:
    return str(next(invite["url"] for invite in site.links["invites"] if invite["name"] == name))


@pytest.fixture
def guest(site: Site, phones: Phones) -> Phone:
    """Has kept the invite, and its worker answers for the page."""
    guest = phones()
    guest.expects("ERR_INTERNET_DISCONNECTED|ERR_FAILED|htmx:(sendError|afterRequest)")
    guest.page.goto(link(site, "Dinner with Léa"))
    guest.page.get_by_role("button", name=KEEP).click()
    expect(guest.page.get_by_role("button", name=KEPT, pressed=True)).to_be_visible()
    guest.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return guest


def test_what_was_kept_is_read_without_signal_and_says_so(site: Site, guest: Phone):
    guest.context.set_offline(True)
    guest.page.reload()
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("No connection")
    expect(guest.page.get_by_text("To open the door your phone needs a connection.")).to_be_visible()
    expect(guest.page.get_by_text("12 Quay Street")).to_be_visible()
    assert guest.page.locator("form, button:visible").count() == 0
    assert guest.page.evaluate("getComputedStyle(document.querySelector('.page')).maxWidth") != "none"
    guest.context.set_offline(False)
    guest.page.get_by_role("link", name="Try again").click()
    expect(guest.page.get_by_role("button", name="Open: Lobby")).to_be_visible()


def test_a_page_that_stands_open_says_when_it_was_last_true(site: Site, guest: Phone):
    guest.context.set_offline(True)
    expect(guest.page.get_by_text("No connection. What you see was true at")).to_be_visible(timeout=8000)
    guest.context.set_offline(False)
    expect(guest.page.get_by_text("No connection. What you see was true at")).to_be_hidden(timeout=8000)


def test_nothing_of_it_stays_after_it_was_taken_back(site: Site, guest: Phone):
    assert guest.page.evaluate(SHELF) == 1
    now = "UPDATE building_invite SET revoked_at = {} WHERE name = 'Dinner with Léa'"
    site.write(now.format("'2026-01-01 00:00:00'"))
    try:
        expect(guest.page.get_by_role("heading", name="Your invite was taken back")).to_be_visible()
        assert soon(guest.page, lambda: guest.page.evaluate(SHELF) == 0)
    finally:
        site.write(now.format("NULL"))


def test_it_is_not_kept_any_longer_when_the_guest_says_so(site: Site, guest: Phone):
    guest.page.get_by_role("button", name=KEPT).click()
    expect(guest.page.get_by_role("button", name=KEEP, pressed=False)).to_be_visible()
    assert guest.page.evaluate(SHELF) == 0


def test_an_invite_that_ended_is_not_shown_from_what_was_kept(site: Site, guest: Phone):
    """The phone's clock says that it is over, though nobody could tell it."""
    guest.page.evaluate("""async () => {
        const shelf = await caches.open("passes");
        const old = await shelf.match(location.pathname);
        const headers = new Headers(old.headers);
        headers.set("X-Kept-Until", "1");
        await shelf.put(location.pathname, new Response(await old.text(), { headers }));
    }""")
    guest.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        guest.page.reload()
    guest.context.set_offline(False)
    guest.page.goto(site.sign)
    assert guest.page.evaluate(SHELF) == 0
