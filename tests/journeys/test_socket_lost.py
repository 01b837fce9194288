"""A page loses its socket and gets it back: it asks meanwhile, and rests again when it is told things."""

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.faults.abroad import WHO, Api
from tests.faults.wire import Wire

from .conftest import Phones
from .site import Site
from .steps import reads, ring_button

pytestmark = pytest.mark.browser


class Asked(list[float]):
    """When a page asked by itself."""

    def note(self, request: Request) -> None:
        if urlsplit(request.url).path.endswith("/status"):
            self.append(time.monotonic())

    def within(self, seconds: float, page: Page) -> list[float]:
        """Seconds from now after which it asks."""
        began = time.monotonic()
        page.wait_for_timeout(1000 * seconds)
        return [at - began for at in self if at >= began]


def test_page_asks_while_its_socket_is_gone(site: Site, phones: Phones):
    phone, asked = phones(), Asked()
    phone.expects(
        "WebSocket|object Event|Failed to load resource"
    )  # what htmx and Chromium say of a socket that is gone
    phone.context.on("request", asked.note)
    page, rests = phone.page, phone.page.locator("#session-status[data-pushed]")
    with Wire(site.url) as line, Api(site) as api:
        page.goto(line.url + urlsplit(site.sign).path)
        ring_button(page, site.home(WHO)).click()
        expect(rests).to_be_visible()
        assert asked.within(4, page) == []
        line.fail("no sockets")
        alone = asked.within(5.5, page)
        assert alone[0] < 1 and 3 <= len(alone) <= 4, alone
        api.tap(urlsplit(page.url).path, "receipt", stage="shown")
        reads(page, "Ringing Okafor & Lindqvist", seconds=3)
        line.fail("")
        expect(rests).to_be_visible(timeout=35_000)
        assert asked.within(4, page) == []
