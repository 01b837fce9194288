"""From a change in the building to the changed page of the other side.

The resident is a program at the building's API, the visitor a page in Chromium. Both read the same machine's clock:
the program before it sends its answer and when the call returns, the page when its document changed.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Page, sync_playwright

from .figures import p95, show
from .quiet import Quiet
from .running import PHONE, Api, Portal, chromium

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

WARM, SESSIONS = 2, 40
MOST = 100.0  # ms from the call's return, at the 95th percentile
PAUSE = 500  # ms before each change: nobody answers a page that is still loading, or hangs up at once
WAITING = 120  # seconds spent on waiting for idle moments
RESIDENT = "Chidi Okafor"

# When each state was first in the document.
WATCH = """
window.seen = {};
new MutationObserver(() => {
  const state = document.getElementById("session-status")?.dataset.state;
  if (state) window.seen[state] ??= Date.now();
}).observe(document, { childList: true, subtree: true, attributes: true });
"""


@dataclass
class Times:
    """Milliseconds from a call to the building until the page showed what it changed."""

    quiet: Quiet
    from_sending: list[float] = field(default_factory=list)
    from_return: list[float] = field(default_factory=list)

    def rows(self, name: str) -> list[list[object]]:
        measured = {"the call was sent": self.from_sending, "the call returned": self.from_return}
        return [
            [f"{name}: since {since}", len(values), median(values), p95(values), max(values)]
            for since, values in measured.items()
        ]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with Portal(Path(tmp_path_factory.mktemp("change"))) as portal:
        yield portal


class Visitor:
    """A page in Chromium that goes from call to call."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pushed = ""  # the addresses of the sockets that brought something
        page.on("websocket", lambda wire: wire.on("framereceived", lambda _: self._hear(wire.url)))

    def _hear(self, url: str) -> None:
        self.pushed += f"{url} "

    def ring(self, sign: str, target_id: str) -> str:
        """Call from the sticker's page, and wait until the visit's page heard from its socket."""
        self.page.goto(sign)
        self.page.locator(f'button[value="voice.{target_id}"]').click()
        self.page.wait_for_url("**/s/*")
        session_id = self.page.url.rpartition("/")[2]
        while f"/ws/session/{session_id}" not in self.pushed:
            self.page.wait_for_timeout(10)
        return session_id

    def saw(self, state: str) -> float:
        """When this state came into the document, in milliseconds of the clock."""
        self.page.locator(f"[data-state={state}]").wait_for()
        return float(self.page.evaluate("(state) => window.seen[state]", state))


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with sync_playwright() as playwright, chromium(playwright) as browser:
        context = browser.new_context(**PHONE, permissions=["microphone"])
        context.add_init_script(WATCH)
        yield Visitor(context.new_page())


def change(visitor: Visitor, call: Callable[[], None], state: str, times: Times) -> None:
    visitor.page.wait_for_timeout(PAUSE)
    times.quiet.wait()
    sent = 1000 * time.time()
    call()
    returned = 1000 * time.time()
    shown = visitor.saw(state)
    times.from_sending.append(shown - sent)
    times.from_return.append(shown - returned)


def test_status_change(portal: Portal, visitor: Visitor):
    resident, quiet = portal.resident(RESIDENT), Quiet(WAITING)
    answered = hung_up = Times(Quiet(0))
    with Api(portal, resident) as api:
        for number in range(WARM + SESSIONS):
            if number == WARM:
                answered, hung_up = Times(quiet), Times(quiet)
            session_id = visitor.ring(portal.url + portal.sign, resident["target_id"])
            token = api.callee_token(session_id)
            change(visitor, partial(api.post, session_id, "answer", token), "active", answered)
            change(visitor, partial(api.post, session_id, "decline", token), "declined", hung_up)
    head = ["to the visitor's changed page", "n", "p50 ms", "p95", "max"]
    show(f"A change in the building; {quiet}", head, [*answered.rows("answer"), *hung_up.rows("hang up")])
    assert p95(answered.from_return) < MOST
    assert p95(hung_up.from_return) < MOST
