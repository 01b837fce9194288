"""A resident lets a phone ring, and it does: page, worker and building, with a push service between them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.push.service import PushService

from .browser import soon
from .conftest import Phones, Sites
from .ringing import Rung
from .site import Site
from .steps import call, reads, session_id, tap

pytestmark = pytest.mark.browser
NAME = "Jonas Weber"


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture(scope="module")
def house(sites: Sites, service: PushService) -> Site:
    return sites(PUSH_HOSTS=service.host)


@pytest.fixture
def at_home(house: Site, service: PushService, phones: Phones) -> Iterator[Rung]:
    """Jonas has opened the page of phones on his own."""
    house.write("DELETE FROM push_phone")
    house.start_over()
    rung = Rung(phones(), service.subscribe())
    rung.phone.page.goto(house.home(NAME).url)
    rung.phone.page.get_by_role("link", name="Let this phone ring").click()
    expect(rung.phone.page.get_by_role("heading", name="Phones that ring")).to_be_visible()
    before = len(house.tracebacks)
    yield rung
    assert house.tracebacks[before:] == []


@pytest.fixture
def enrolled(at_home: Rung) -> Rung:
    tap(at_home.phone.page, "Ring this phone")
    at_home.deliver()
    expect(at_home.phone.page.locator("#told")).to_have_text("It works: this phone showed the test ring.")
    return at_home


def test_in_a_tap_and_proved_by_the_phone_itself(at_home: Rung) -> None:
    page = at_home.phone.page
    tap(page, "Ring this phone")
    expect(page.locator("#told")).to_contain_text("we ring this phone now")
    expect(page.locator(".phone")).to_contain_text("Not proved yet")
    expect(page.get_by_text("It has not shown a ring yet.")).to_be_visible()
    assert at_home.deliver()["kind"] == "test"
    expect(page.locator("#told")).to_have_text("It works: this phone showed the test ring.")
    expect(page.locator(".phone")).to_contain_text("It can be rung. Proved just now.")
    expect(page.get_by_text("This phone rings.")).to_be_visible()
    assert [(shown["title"], shown["page"]) for shown in at_home.shown] == [
        ("This phone can be rung", "/resident/phones")
    ]


def test_a_ring_is_shown_while_no_page_of_the_visit_is_open(enrolled: Rung, house: Site, phones: Phones) -> None:
    visitor = phones()
    call(visitor.page, house, house.home(NAME))
    reads(visitor.page, f"Ringing {NAME}", "1 phone was told. It has not shown the call yet.")
    assert enrolled.deliver()["kind"] == "ring"
    reads(visitor.page, f"Ringing {NAME}", "It rings on 1 phone.")
    visit = session_id(visitor.page)
    shown = next(shown for shown in enrolled.shown if shown["tag"] == visit)
    assert (shown["title"], shown["page"]) == ("Somebody is at the door", f"/s/{visit}?as=callee")
    assert NAME not in str(shown) and "Lobby" not in str(shown)
    enrolled.phone.page.goto(house.url + shown["page"])
    tap(enrolled.phone.page, "Answer")
    reads(visitor.page, f"{NAME} answered")
    assert enrolled.deliver()["kind"] == "mine"
    assert soon(visitor.page, lambda: [s["title"] for s in enrolled.shown if s["tag"] == visit] == ["You answered"])


def test_a_tap_leads_to_the_visit(enrolled: Rung, house: Site, phones: Phones) -> None:
    visitor = phones()
    call(visitor.page, house, house.home(NAME))
    enrolled.deliver()
    visit = session_id(visitor.page)
    assert soon(enrolled.phone.page, lambda: any(shown["tag"] == visit for shown in enrolled.shown))
    led = tapped(enrolled, visit)
    assert led == f"/s/{visit}?as=callee"


def test_what_was_missed_says_so_under_the_same_tag(enrolled: Rung, house: Site, phones: Phones) -> None:
    visitor = phones()
    call(visitor.page, house, house.home(NAME))
    enrolled.deliver()
    visit = session_id(visitor.page)
    tap(visitor.page, "Stop calling")
    assert enrolled.deliver()["kind"] == "missed"
    missed = [("Missed: somebody was at the door", "/resident")]
    assert soon(
        visitor.page, lambda: [(s["title"], s["page"]) for s in enrolled.shown if s["tag"] == visit] == missed
    )


@pytest.mark.parametrize(
    "data", ["", "no JSON", "[]", "null", '{"kind": "constructor"}', '{"kind": "ring", "session": "../x"}']
)
def test_whatever_comes_is_shown(enrolled: Rung, data: str) -> None:
    before = len(enrolled.shown)
    enrolled.push(data)
    assert soon(enrolled.phone.page, lambda: len(enrolled.shown) > before)
    assert {shown["page"] for shown in enrolled.shown} <= {"/resident", "/resident/phones"}


def test_a_new_address_is_told_at_the_next_look(enrolled: Rung, house: Site, service: PushService) -> None:
    new = service.subscribe()
    changes = f"PushManager.prototype.getSubscription = async () => null; window.changed = {new.json!r};"
    enrolled.phone.context.add_init_script(changes.replace("'", '"'))
    renewed = "PushManager.prototype.subscribe = async () => ({ endpoint: changed.endpoint, toJSON: () => changed });"
    enrolled.phone.context.add_init_script(renewed)
    enrolled.phone.page.goto(f"{house.url}/resident")
    address = "SELECT endpoint FROM push_phone"
    assert soon(enrolled.phone.page, lambda: [row[0] for row in house.rows(address)] == [new.subscription.endpoint])


def test_a_lost_phone_is_shown_nothing_any_more(enrolled: Rung, house: Site, phones: Phones) -> None:
    other = phones()
    other.page.goto(house.home(NAME).url)
    other.page.goto(f"{house.url}/resident/phones")
    other.page.get_by_text("Rename or remove").click()
    tap(other.page, "I lost this phone")
    expect(other.page.get_by_text("Reported lost")).to_be_visible()
    enrolled.phone.expects("403")
    enrolled.phone.page.goto(f"{house.url}/resident")
    reads(enrolled.phone.page, "This phone was reported lost")
    tap(other.page, "Found again")
    enrolled.phone.page.goto(f"{house.url}/resident/phones")
    expect(enrolled.phone.page.get_by_role("button", name="Ring this phone", exact=True)).to_be_visible()


def tapped(rung: Rung, tag: str) -> str:
    """Where the worker would lead after a tap on this notification. A headless browser has nobody to tap."""
    worker = next(w for w in rung.phone.context.service_workers if w.url.endswith("/sw.js"))
    led: str = worker.evaluate(
        """async (tag) => {
      let led = "";
      self.clients.openWindow = async (page) => { led = page; };
      const [notification] = await self.registration.getNotifications({ tag });
      const event = new NotificationEvent("notificationclick", { notification });
      const done = new Promise((resolve) => { event.waitUntil = (work) => work.then(resolve); });
      self.dispatchEvent(event);
      await done;
      return led;
    }""",
        tag,
    )
    return led
