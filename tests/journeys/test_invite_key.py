"""A guest's browser keeps a key for its invite: one tap binds it, and a copy of the cookie opens nothing."""

from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Site
from .steps import reads, tap
from .test_invite_open import PIN, fresh, invite, lobby

__all__ = ["fresh"]
pytestmark = pytest.mark.browser
DINNER, PARCEL = "Dinner with Léa", "Parcel pick-up"
LOST = "This browser can't prove that the invite is its own"
DATABASES = "async () => (await indexedDB.databases()).map(({ name }) => name)"
CLEAR = "async () => { for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name); }"
NO_SHELF = "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('', 'SecurityError'); } })"
FAILS = "IDBFactory.prototype.open = () => { throw new DOMException('', 'InvalidStateError'); }"
NEVER = "IDBFactory.prototype.open = () => ({})"
SLOW = "crypto.subtle.generateKey = () => new Promise(() => {})"
NONE = "delete window.crypto; Object.defineProperty(window, 'crypto', { value: {} })"
INSIDE = """async () => {
  const [{ name }] = await indexedDB.databases();
  const database = await new Promise((yes) => { const r = indexedDB.open(name); r.onsuccess = () => yes(r.result); });
  const store = database.transaction("keys").objectStore("keys");
  const all = await new Promise((yes) => { const r = store.getAll(); r.onsuccess = () => yes(r.result); });
  database.close();
  const { privateKey, publicKey } = all[0];
  const said = await crypto.subtle.exportKey("pkcs8", privateKey).catch((error) => error.name);
  const names = Object.keys(all[0]).sort().join();
  return [all.length, privateKey.extractable, said, names, publicKey.algorithm.namedCurve];
}"""


def keys(site: Site, name: str = DINNER) -> list[str]:
    """The kind of each place on this invite that was taken in this journey."""
    question = """SELECT key FROM building_invitedevice WHERE invite_id IN
        (SELECT id FROM building_invite WHERE name = ?)"""
    return ["key" if row[0] else "cookie" for row in site.rows(question, name)]


def rested(site: Site) -> None:
    """The lock takes the next opening at once."""
    site.write("UPDATE building_building SET next_open_at = NULL")


def opens(page: Page, site: Site, name: str = DINNER) -> None:
    rested(site)
    page.goto(invite(site, name))
    lobby(page).click()
    reads(page, "The door is open")


@pytest.fixture
def noor(fresh: Site, phones: Phones) -> Phone:
    """She has opened the lobby once."""
    noor = phones()
    opens(noor.page, fresh)
    return noor


def copied(noor: Phone, phones: Phones, **options: Any) -> Phone:
    """Her cookies in another browser."""
    other = phones(**options)
    other.context.add_cookies(cast(Any, noor.context.cookies()))
    other.expects("status of 403")
    return other


def test_one_tap_binds_a_key_that_nobody_can_read(fresh: Site, noor: Phone):
    assert keys(fresh) == ["key"] and fresh.pulses == 1
    assert noor.page.evaluate(INSIDE) == [1, False, "InvalidAccessError", "privateKey,publicKey", "P-256"]
    opens(noor.page, fresh)
    assert keys(fresh) == ["key"] and fresh.pulses == 2


def test_looking_makes_no_key(fresh: Site, phones: Phones):
    page = phones().page
    page.goto(invite(fresh, DINNER))
    expect(lobby(page)).to_be_visible()
    page.wait_for_timeout(2000)
    assert page.evaluate(DATABASES) == [] and keys(fresh) == []


def test_the_pin_is_signed_with_the_tap(fresh: Site, phones: Phones):
    courier = phones()
    courier.expects("status of 403")
    page = courier.page
    page.goto(invite(fresh, PARCEL))
    page.get_by_label("PIN", exact=True).fill("111111")
    lobby(page).click()
    reads(page, "That is not the PIN")
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_label("PIN", exact=True).press("Enter")
    reads(page, "The door is open")
    assert (keys(fresh, PARCEL), fresh.pulses) == (["key"], 1)


def test_two_fast_taps_bind_once_and_open_once(fresh: Site, phones: Phones):
    page = phones().page
    page.goto(invite(fresh, DINNER))
    lobby(page).evaluate("(button) => { button.click(); button.click(); }")
    reads(page, "The door is open")
    assert (keys(fresh), fresh.pulses) == (["key"], 1)


def test_the_lights_are_signed_as_well(fresh: Site, noor: Phone, phones: Phones):
    copy = copied(noor, phones)
    for phone, title in ((copy, LOST), (noor, "The lights are on")):
        phone.page.goto(invite(fresh, DINNER))
        phone.page.get_by_role("button", name="Lights on").first.click()
        reads(phone.page, title)


def test_a_copied_cookie_is_refused_and_asks(fresh: Site, noor: Phone, phones: Phones):
    thief = copied(noor, phones)
    thief.page.goto(invite(fresh, DINNER))
    rested(fresh)
    lobby(thief.page).click()
    reads(thief.page, LOST)
    expect(thief.page.get_by_role("button", name="Ask the host to let this phone in")).to_be_visible()
    assert fresh.openings[-1] == ("refused", "device_not_proved") and fresh.pulses == 1
    opens(noor.page, fresh)


def test_a_copied_cookie_opens_nothing_without_javascript_either(fresh: Site, noor: Phone, phones: Phones):
    thief = copied(noor, phones, java_script_enabled=False)
    thief.page.goto(invite(fresh, DINNER))
    lobby(thief.page).click()
    reads(thief.page, LOST)
    assert fresh.pulses == 1


def test_at_the_sign_too(fresh: Site, noor: Phone, phones: Phones):
    thief = copied(noor, phones)
    rested(fresh)
    for phone, title in ((thief, LOST), (noor, "The door is open")):
        phone.page.goto(fresh.sign)
        tap(phone.page, "Open the door")
        reads(phone.page, title)
    assert fresh.pulses == 2


def test_who_lost_the_key_asks_the_host_and_is_let_in(fresh: Site, phones: Phones):
    fresh.write(f"UPDATE building_invite SET max_devices = 1 WHERE name = '{DINNER}'")
    noor = phones()
    noor.expects("status of 403")
    opens(noor.page, fresh)
    noor.page.evaluate(CLEAR)
    noor.page.goto(invite(fresh, DINNER))
    lobby(noor.page).click()
    reads(noor.page, LOST)
    tap(noor.page, "Ask the host to let this phone in")
    expect(noor.page.get_by_text("Your host was asked to let this phone in as well.")).to_be_visible()
    allow(fresh)
    rested(fresh)
    expect(lobby(noor.page)).to_be_visible(timeout=10_000)
    lobby(noor.page).click()
    reads(noor.page, "The door is open")
    assert keys(fresh) == ["key", "key"]
    fresh.write(f"UPDATE building_invite SET max_devices = NULL WHERE name = '{DINNER}'")


def allow(site: Site) -> None:
    """As the host's page does it."""
    site.write(
        "INSERT INTO building_invitedevice (invite_id, secret_hash, key, guest, created_at) "
        "SELECT invite_id, secret_hash, key, guest, asked_at FROM building_devicerequest WHERE answered_at IS NULL",
        "UPDATE building_devicerequest SET answered_at = asked_at, is_allowed = 1 WHERE answered_at IS NULL",
        "UPDATE building_invite SET max_devices = 2 WHERE max_devices = 1",
    )


@pytest.mark.parametrize(
    "blocked", [NO_SHELF, FAILS, NEVER, SLOW, NONE], ids=["no", "fails", "never", "slow", "none"]
)
def test_without_a_place_for_a_key_the_cookie_counts(fresh: Site, phones: Phones, blocked: str):
    guest = phones()
    guest.context.add_init_script(blocked)
    guest.page.goto(invite(fresh, DINNER))
    guest.page.evaluate("() => addEventListener('pagehide', () => { sessionStorage.left = performance.now(); })")
    tapped = guest.page.evaluate("() => performance.now()")
    lobby(guest.page).click()
    reads(guest.page, "The door is open")
    assert guest.page.evaluate("() => Number(sessionStorage.left)") - tapped < 3000
    assert keys(fresh) == ["cookie"]
    opens(guest.page, fresh)


def test_without_javascript_the_cookie_counts(fresh: Site, phones: Phones):
    page = phones(java_script_enabled=False).page
    opens(page, fresh)
    opens(page, fresh)
    assert (keys(fresh), fresh.pulses) == (["cookie"], 2)


def test_nothing_of_the_key_stays_after_the_invite_was_taken_back(fresh: Site, noor: Phone):
    noor.page.goto(invite(fresh, DINNER))
    assert len(noor.page.evaluate(DATABASES)) == 1
    fresh.write(f"UPDATE building_invite SET revoked_at = '2026-01-01 00:00:00' WHERE name = '{DINNER}'")
    reads(noor.page, "Your invite was taken back")
    assert soon(noor.page, lambda: noor.page.evaluate(DATABASES) == [])


def test_in_another_browser_the_invite_has_another_key(fresh: Site, phones: Phones):
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Instagram 334.0.4.32.98"
    inside, safari = phones(user_agent=agent), phones()
    opens(inside.page, fresh)
    inside.page.goto(invite(fresh, DINNER))
    tap(inside.page, "Move it to my browser")
    inside.page.wait_for_url("**?from=*")
    assert keys(fresh) == ["cookie"]
    assert soon(inside.page, lambda: inside.page.evaluate(DATABASES) == [])
    rested(fresh)
    safari.page.goto(inside.page.url)
    lobby(safari.page).click()
    reads(safari.page, "The door is open")
    assert keys(fresh) == ["key"]
    opens(safari.page, fresh)
