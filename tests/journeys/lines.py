"""The line of a call as the two browsers have it: what became of it, by which way, and whether something comes in."""

from functools import partial
from typing import Any

from playwright.sync_api import Page

from .browser import Phone, soon
from .site import Home, Site
from .steps import call, go_to_door, tap, wait_at_home

# Writes down each word that the line says of itself, and when.
WRITER = """addEventListener("DOMContentLoaded", () => {
  const stage = document.getElementById("stage");
  window.said = [];
  if (stage) new MutationObserver(() => said.push(stage.dataset.line))
    .observe(stage, { attributes: true, attributeFilter: ["data-line"] });
});"""
WAY = """async () => {
  const line = lines.findLast((line) => line.connectionState === "connected");
  const told = new Map(), kinds = [];
  (await line.getStats()).forEach((entry) => told.set(entry.id, entry));
  const pair = [...told.values()].find((entry) => entry.type === "candidate-pair" && entry.nominated);
  return [told.get(pair.localCandidateId), told.get(pair.remoteCandidateId)].map((end) => end.candidateType);
}"""

SOUNDS = """async () => {
  let packets = 0;
  for (const line of lines.filter((line) => line.connectionState === "connected"))
    (await line.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "audio") packets += entry.packetsReceived;
    });
  return packets;
}"""


def ready(phone: Phone) -> Phone:
    phone.context.add_init_script(WRITER)
    return phone


def stands(phone: Phone) -> str | None:
    """The line's own word of how it stands."""
    return phone.page.locator("#stage").get_attribute("data-line")


def said(phone: Phone) -> list[str]:
    words: list[str] = phone.page.evaluate("said")
    return words


def way(phone: Phone) -> list[str]:
    """The kinds of both ends of the path that is used: host, srflx, prflx or relay."""
    ends: list[str] = phone.page.evaluate(WAY)
    return ends


def begin(visitor: Phone, resident: Phone, site: Site, home: Home, mode: str = "voice") -> None:
    """Up to the tap on "Answer"."""
    wait_at_home(resident.page, home)
    call(visitor.page, site, home, mode)
    go_to_door(resident.page)
    tap(resident.page, "Answer")


def is_connected(phone: Phone) -> bool:
    return stands(phone) == "connected"


def are_connected(*phones: Phone, seconds: float = 10) -> bool:
    return all(soon(phone.page, partial(is_connected, phone), seconds) for phone in phones)


def still_hears(phone: Phone, seconds: float = 2) -> bool:
    """Whether sound goes on coming in."""
    before = sounds(phone.page)
    return soon(phone.page, lambda: sounds(phone.page) > before + 10, seconds)


def sounds(page: Page) -> int:
    """Packets of sound that came in on lines that are up."""
    counted: Any = page.evaluate(SOUNDS)
    return int(counted)
