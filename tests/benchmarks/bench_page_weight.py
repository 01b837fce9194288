"""What a first visit costs on the wire: Chromium with an empty cache, bytes as they travelled, heads included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .figures import show
from .running import PHONE, Portal, chromium

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

MOST_BYTES = 40 * 1024
MOST_REQUESTS = 8


class Traffic:
    """What the browser's own debugger says of each request that went to the network."""

    def __init__(self, page: Page) -> None:
        self.asked: dict[str, dict[str, Any]] = {}
        self.kept: set[str] = set()  # by the browser
        cdp = page.context.new_cdp_session(page)
        cdp.on("Network.responseReceived", self._answered)
        cdp.on("Network.requestServedFromCache", lambda event: self.kept.add(event["requestId"]))
        cdp.on("Network.loadingFinished", self._finished)
        cdp.send("Network.enable")

    def _answered(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        is_kept = answer.get("fromDiskCache") or event["requestId"] in self.kept
        if answer["url"].startswith("http") and not is_kept:
            self.asked[event["requestId"]] = {
                "url": answer["url"],
                "kind": event["type"],
                "packed": {k.lower(): v for k, v in answer["headers"].items()}.get("content-encoding", "plain"),
                "bytes": 0,
            }

    def _finished(self, event: dict[str, Any]) -> None:
        if known := self.asked.get(event["requestId"]):
            known["bytes"] = int(event["encodedDataLength"])

    @property
    def bytes(self) -> int:
        return sum(one["bytes"] for one in self.asked.values())

    def show(self, title: str) -> None:
        rows = [(_short(one["url"]), one["kind"], one["packed"], f"{one['bytes']:,}") for one in self.asked.values()]
        total = (f"{len(rows)} requests", "", "", f"{self.bytes:,}")
        show(title, ["", "kind", "packed", "bytes"], [*rows, total])


def _short(url: str) -> str:
    path = url.split("/", 3)[3].partition("?")[0]
    return f"/{path}" if path.startswith("static/") else f"/{path[:2]}…"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with Portal(Path(tmp_path_factory.mktemp("weight"))) as portal:
        yield portal


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


def visit(context: BrowserContext, url: str) -> tuple[Page, Traffic]:
    page = context.new_page()
    traffic = Traffic(page)
    page.goto(url, wait_until="load")
    settle(page)
    return page, traffic


def settle(page: Page) -> None:
    """What a page asks for by itself after it loaded counts, too; it polls, so it is never quite idle."""
    page.wait_for_timeout(1000)


def test_first_visit_of_the_sticker(portal: Portal, browser: Browser):
    _, traffic = visit(browser.new_context(**PHONE), portal.url + portal.sign)
    traffic.show("First visit of the sticker's page")
    assert all(one["bytes"] for one in traffic.asked.values())
    assert len(traffic.asked) <= MOST_REQUESTS
    assert traffic.bytes <= MOST_BYTES


def test_what_a_call_adds(portal: Portal, browser: Browser):
    """For information: no limit is set on this page."""
    caller = browser.new_context(**PHONE, permissions=["microphone", "camera"])
    page, _ = visit(caller, portal.url + portal.sign)
    traffic = Traffic(page)
    page.locator("button[name=call]").first.click()
    page.wait_for_url("**/s/*")
    settle(page)
    traffic.show("What the visit's page adds after the sticker's")
    same_caller_elsewhere = browser.new_context(**PHONE, storage_state=caller.storage_state())
    _, alone = visit(same_caller_elsewhere, page.url)
    alone.show("The visit's page alone, with an empty cache")
    assert traffic.bytes < alone.bytes
