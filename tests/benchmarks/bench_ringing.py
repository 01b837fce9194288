"""From the tap on an entry, in the visitor's browser, to the ring on the resident's open page.

Both are pages in Chromium, which read the same clock: the visitor's when the tap came, the resident's when the visit
was first in its document.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .figures import p95, show
from .quiet import Quiet
from .running import PHONE, Portal, chromium

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(400)]

WARM, RINGS = 3, 60
MOST = 150.0  # ms, at the 95th percentile
PAUSE = 300  # ms in which a page settles before the tap
WAITING = 60  # seconds spent on waiting for idle moments
RESIDENT, PLENTY = "Chidi Okafor", "1000"

# The tap leaves its page, so its time is kept for the next one.
TAPPED = """
addEventListener("click", (event) => {
  if (event.target.closest("button[name=call]")) sessionStorage.setItem("tap", Date.now());
}, true);
"""
RANG = """
window.rang = {};
new MutationObserver(() => {
  for (const visit of document.querySelectorAll("[data-rings]")) window.rang[visit.dataset.rings] ??= Date.now();
}).observe(document, { childList: true, subtree: true });
"""


@dataclass
class House:
    """A visitor who goes from ring to ring, and the resident's page, which stays open."""

    portal: Portal
    visitor: Page
    resident: Page
    quiet: Quiet
    pushed: list[float] = field(default_factory=list)  # milliseconds until the page showed the ring

    def ring(self) -> float:
        target = self.portal.resident(RESIDENT)["target_id"]
        self.visitor.goto(self.portal.url + self.portal.sign)
        self.visitor.wait_for_timeout(PAUSE)
        self.quiet.wait()
        self.visitor.locator(f'button[value="voice.{target}"]').click()
        self.visitor.wait_for_url("**/s/*")
        session_id = self.visitor.url.rpartition("/")[2]
        self.resident.locator(f'[data-rings="{session_id}"]').wait_for()
        shown = self.resident.evaluate("(id) => window.rang[id]", session_id)
        tapped = self.visitor.evaluate("() => Number(sessionStorage.getItem('tap'))")
        self.visitor.locator("#tap-cancel").click()
        self.resident.locator("[data-rings]").wait_for(state="detached")
        return float(shown - tapped)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    plenty = dict.fromkeys(("RINGS_PER_VISITOR", "RINGS_PER_ENTRY", "RINGS_PER_DOOR"), PLENTY)
    with Portal(Path(tmp_path_factory.mktemp("ringing")), **plenty) as portal:
        yield portal


def page(browser: Browser, script: str) -> Page:
    context = browser.new_context(**PHONE, permissions=["microphone"])
    context.add_init_script(script)
    return context.new_page()


@pytest.fixture
def house(portal: Portal) -> Iterator[House]:
    with sync_playwright() as playwright, chromium(playwright) as browser:
        house = House(portal, page(browser, TAPPED), page(browser, RANG), Quiet(0))
        who = portal.resident(RESIDENT)
        with house.resident.expect_websocket(lambda wire: wire.url.endswith("/ws/resident")):
            house.resident.goto(portal.url + who["url"][who["url"].index("/resident/") :])
        yield house


def test_ringing(house: House):
    for number in range(WARM + RINGS):
        if number == WARM:
            house.quiet, spent = Quiet(WAITING), house.portal.cpu
        took = house.ring()
        house.pushed += [took] if number >= WARM else []
    times, each = house.pushed, (house.portal.cpu - spent) / RINGS
    head = ["from the tap to the ring", "n", "p50 ms", "p95", "max", "CPU ms a round"]
    row = ["on the resident's open page", len(times), median(times), p95(times), max(times), each]
    show(f"A ring; {house.quiet}", head, [row])
    assert p95(times) < MOST
