"""Chromium, and phones in it that write down whatever went wrong."""

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserType, ConsoleMessage, Error, Page, Request, Response, WebSocket

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "locale": "en-GB",
    "permissions": ["microphone", "camera"],
}

# Keeps what a page makes of the camera and of its lines, and says when it asks for the former.
KEEPER = """(() => {
  const lines = window.lines = [], tracks = window.tracks = [];
  const Line = window.RTCPeerConnection, media = navigator.mediaDevices;
  if (!Line || !media) return;
  window.RTCPeerConnection = class extends Line { constructor(...given) { super(...given); lines.push(this); } };
  const ask = media.getUserMedia.bind(media);
  media.getUserMedia = async (wish) => {
    window.noteAsked(document.getElementById("session-status")?.dataset.state ?? "elsewhere");
    const stream = await ask(wish);
    tracks.push(...stream.getTracks());
    return stream;
  };
})();"""
RECEIVED = """async () => {
  const got = { frames: 0, packets: 0 };
  for (const line of window.lines) (await line.getStats()).forEach((entry) => {
    if (entry.type !== "inbound-rtp") return;
    if (entry.kind === "video") got.frames += entry.framesDecoded ?? 0;
    if (entry.kind === "audio") got.packets += entry.packetsReceived ?? 0;
  });
  return got;
}"""


def launch(chromium: BrowserType, executable: str | Path | None = CHROMIUM, *flags: str) -> Browser:
    return chromium.launch(executable_path=executable, args=[*FLAGS, *flags])


class Phone:
    """A browser context with one page to begin with: cookies of its own, and a record of all that it did."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        self.answers: list[Response] = []
        self.frames: list[str] = []  # what sockets brought
        self.asked: list[str] = []  # the visit's state, each time that a page asked for the microphone
        self.expected: list[str] = []
        self.context = browser.new_context(**(PHONE | options))
        self.context.set_default_timeout(10_000)
        self.context.on("request", self._requested)
        self.context.on("response", self._answered)
        self.context.expose_function("noteAsked", lambda state: self.asked.append(state))
        self.context.add_init_script(KEEPER)
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"page: {error}"))
        page.on("websocket", self._dialled)
        return page

    def _requested(self, request: Request) -> None:
        self._reached(request.url)

    def _answered(self, answer: Response) -> None:
        self.answers.append(answer)

    def _reached(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            self.hosts.add(parts.netloc)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")

    def _dialled(self, wire: WebSocket) -> None:
        self._reached(wire.url)
        wire.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def expects(self, words: str) -> None:
        """A complaint of the browser that this journey brings about on purpose."""
        self.expected.append(words)

    @property
    def complaints(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(words, fault) for words in self.expected)]

    @property
    def cookies(self) -> set[str]:
        return {str(cookie.get("name")) for cookie in self.context.cookies()}

    @property
    def cookies_given(self) -> set[str]:
        """The names of the cookies in all that was answered to this phone."""
        headers = [header for answer in self.answers for header in answer.headers_array()]
        return {h["value"].partition("=")[0] for h in headers if h["name"].lower() == "set-cookie"}

    # -- of the page shown

    def _received(self) -> dict[str, int]:
        got: dict[str, int] = self.page.evaluate(RECEIVED)
        return got

    def hears(self) -> bool:
        """Whether packets of sound have come in."""
        return self._received()["packets"] > 0

    def sees(self) -> bool:
        """Whether pictures have come in and were decoded."""
        return self._received()["frames"] > 0

    def connected(self) -> int:
        """Lines to the other side that are up."""
        states = self.page.evaluate("() => window.lines.map((line) => line.connectionState)")
        return int(states.count("connected"))

    def is_quiet(self) -> bool:
        """Whether no microphone and no camera is on."""
        return bool(self.page.evaluate("() => window.tracks.every((track) => track.readyState === 'ended')"))


def soon(page: Page, happened: Callable[[], object], seconds: float = 5.0) -> bool:
    """Whether it comes true in time. The page goes on meanwhile."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return False
        try:
            page.wait_for_timeout(50)
        except Error:  # the page went away: nothing more will happen on it
            return bool(happened())
    return True
