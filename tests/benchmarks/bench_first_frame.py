"""From a tap on "Answer" to the caller's first sound and first picture: our signalling against the npm one.

Two portals that differ in one setting, the same pages, the same PeerJS client, two browsers that stay, runs in turn.
It ends in some four minutes, with fewer calls where the machine is busy, and says how many they were.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from .figures import p95, show
from .quiet import Quiet
from .running import PHONE, ROOT, Portal, chromium, free_port, missing

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

WARM, RUNS, FEWEST = 1, 20, 8  # of each kind
MOST = 1.1
LONGEST = 220  # seconds; after that no more calls are begun
WAITING = 60  # seconds spent on waiting for idle moments
PATIENCE = 15_000  # ms for a first frame
RESIDENT = "Chidi Okafor"
NPM_SERVER = ROOT / "node_modules" / "peer" / "dist" / "bin" / "peerjs.js"

# When "Answer" was tapped, when the first packet of their sound came in (a track is muted until then), and when their
# first frame was put on the screen.
WATCH = """
window.at = {};
const Line = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Line {
  constructor(...given) {
    super(...given);
    this.addEventListener("track", ({ track }) => {
      if (track.kind === "audio") track.addEventListener("unmute", () => { window.at.sound ??= Date.now(); });
    });
  }
};
addEventListener("click", (event) => {
  if (event.target.closest(".button--answer")) window.at.tap ??= Date.now();
}, true);
addEventListener("DOMContentLoaded", () => {
  const theirs = document.getElementById("theirs");
  theirs?.requestVideoFrameCallback(() => {
    window.at.frame = Date.now();
    document.documentElement.dataset.frame = `${theirs.videoWidth}x${theirs.videoHeight}`;
  });
});
"""


@dataclass
class Side:
    name: str
    portal: Portal
    sounds: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    tried: int = 0
    failures: list[str] = field(default_factory=list)

    def rows(self, floor: "Side") -> list[list[object]]:
        media = f"{len(self.times)} of {self.tried}"
        pairs = [("sound", self.sounds, floor.sounds), ("picture", self.times, floor.times)]
        return [[self.name, what, media, *both(mine, theirs)] for what, mine, theirs in pairs]


def both(mine: list[float], theirs: list[float]) -> tuple[float, ...]:
    """p50 and p95, each with its ratio to the floor's."""
    half, most = median(mine), p95(mine)
    return half, half / median(theirs), most, most / p95(theirs)


@contextmanager
def npm_server() -> Iterator[int]:
    """The signalling server that the PeerJS project publishes."""
    node = shutil.which("node")
    if node is None or not NPM_SERVER.exists():
        missing("npm package `peer`, or no node to run it")
    port = free_port()
    command = [str(node), str(NPM_SERVER), "--host", "127.0.0.1", "--port", str(port), "--path", "/"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for(url: str) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.TransportError:
            assert time.monotonic() < end, f"nothing answers at {url}"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Side]]:
    home = Path(tmp_path_factory.mktemp("frame"))
    with npm_server() as port:
        theirs = {"PEERJS_SERVER": f"http://127.0.0.1:{port}/", "SIGNALLING_HOSTS": f"127.0.0.1:{port}"}
        with Portal(home, **theirs) as npm, Portal(home) as ours:
            yield [Side("npm peer", npm), Side("ours", ours)]


@contextmanager
def pages(at_the_door: Browser, at_home: Browser) -> Iterator[tuple[Page, Page]]:
    """The visitor's and the resident's, each with what its browser has kept of the calls before."""
    contexts = [
        browser.new_context(**PHONE, permissions=["microphone", "camera"]) for browser in (at_the_door, at_home)
    ]
    for context in contexts:
        context.add_init_script(WATCH)
        context.set_default_timeout(PATIENCE)
    visitor, resident = (context.new_page() for context in contexts)
    yield visitor, resident
    for context in contexts:
        context.close()


def call(visitor: Page, resident: Page, portal: Portal) -> tuple[float, float]:
    """One call with picture; gives the milliseconds from the tap to the sound and to the picture."""
    who = portal.resident(RESIDENT)
    resident.goto(portal.url + who["url"][who["url"].index("/resident/") :])
    visitor.goto(portal.url + portal.sign)
    visitor.locator(f'button[value="video.{who["target_id"]}"]').click()
    resident.locator("[data-rings]").click()
    answer = resident.locator(".button--answer")
    answer.wait_for()
    assert bool(visitor.locator("#stage").get_attribute("data-host")) == ("PEERJS_SERVER" in portal.environment)
    visitor.wait_for_timeout(500)  # both pages have their sockets by now
    answer.click()
    visitor.locator("html[data-frame]").wait_for(timeout=PATIENCE)
    tap, at = resident.evaluate("() => window.at.tap"), visitor.evaluate("() => window.at")
    resident.locator("#hang-up").click()
    visitor.locator("[data-state=declined]").wait_for()
    return float(at["sound"] - tap), float(at["frame"] - tap)


def one_run(side: Side, visitor: Page, resident: Page) -> None:
    side.tried += 1
    try:
        sound, picture = call(visitor, resident, side.portal)
        side.sounds.append(sound)
        side.times.append(picture)
    except Error as error:
        side.failures.append(str(error).splitlines()[0])


def take_turns(sides: list[Side], quiet: Quiet) -> None:
    until = time.monotonic() + LONGEST
    with (
        sync_playwright() as playwright,
        chromium(playwright) as door,
        chromium(playwright) as home,
        ExitStack() as stack,
    ):
        seats = {side.name: stack.enter_context(pages(door, home)) for side in sides}
        for number in range(-WARM, RUNS):
            if number >= FEWEST and time.monotonic() > until:
                break
            for side in sides if number % 2 else sides[::-1]:
                quiet.wait()
                one_run(side if number >= 0 else Side("warm", side.portal), *seats[side.name])


def test_first_frame(sides: list[Side]):
    quiet = Quiet(WAITING)
    take_turns(sides, quiet)
    npm, ours = sides
    head = ["signalling", "first", "media came", "p50 ms", "/ npm", "p95", "/ npm"]
    rows = [row for side in sides for row in side.rows(npm)]
    show(f"Tap on “Answer” to the caller's first packet of sound and first picture; {quiet}", head, rows)
    assert not ours.failures
    assert median(ours.times) / median(npm.times) <= MOST
    assert median(ours.sounds) / median(npm.sounds) <= MOST
