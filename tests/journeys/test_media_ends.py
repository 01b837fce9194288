"""Microphone and camera: off within a second of whatever ends the visit, and while one is muted."""

import pytest
from playwright.sync_api import expect

from .browser import Phone, soon
from .conftest import Phones, Sites
from .edges import LOCKS, STOPS, TWO_LENSES, live_tracks, loudness
from .site import Site
from .steps import answered_call, call, go_to_door, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
# The picture that goes out, and what comes in: shown since it began, and over how many lines.
SENDS = """() => {
  const line = window.lines.findLast((line) => line.connectionState === "connected");
  return line?.getSenders().find((sender) => sender.track?.kind === "video")?.track.id ?? "";
}"""
SEEN = """() => {
  const seen = document.getElementById("theirs").getVideoPlaybackQuality().totalVideoFrames;
  return { seen, lines: window.lines.length };
}"""


@pytest.fixture(scope="module")
def hasty(sites: Sites) -> Site:
    """A building where it rings for six seconds only."""
    return sites(RING_SECONDS="6")


def talking(site: Site, phones: Phones, mode: str = "voice", script: str = "") -> tuple[Phone, Phone]:
    visitor, resident = phones(), phones()
    for phone in (visitor, resident):
        phone.context.add_init_script(script)
    answered_call(visitor, resident, site, site.home(HOME), mode)
    return visitor, resident


def rings(site: Site, phones: Phones) -> tuple[Phone, Phone]:
    """The visitor's microphone is ready, and lit, while it rings."""
    visitor, resident = phones(), phones()
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    assert soon(visitor.page, lambda: live_tracks(visitor) == ["audio"])
    go_to_door(resident.page)
    return visitor, resident


def goes_quiet(*people: Phone) -> bool:
    return all(soon(phone.page, phone.is_quiet, seconds=1) for phone in people)


def test_nobody_is_heard_before_the_answer(site: Site, phones: Phones):
    visitor, _ = rings(site, phones)
    assert visitor.page.evaluate("() => window.tracks.map((track) => track.enabled)") == [False]


@pytest.mark.parametrize(("who", "button"), [("visitor", "Stop calling"), ("resident", "Decline")])
def test_an_end_while_it_rings(site: Site, phones: Phones, who: str, button: str):
    visitor, resident = rings(site, phones)
    tap((visitor if who == "visitor" else resident).page, button)
    expect(visitor.page.locator("#session-status[data-live='']")).to_be_visible()
    assert goes_quiet(visitor, resident)


def test_a_ring_that_nobody_answers(hasty: Site, phones: Phones):
    visitor, resident = rings(hasty, phones)
    reads(visitor.page, "No answer", seconds=10)
    assert goes_quiet(visitor, resident)


def test_a_talk_whose_time_is_up(site: Site, phones: Phones):
    visitor, resident = talking(site, phones)
    site.write("UPDATE building_session SET expires_at = datetime('now', '-1 second')")
    for phone in (visitor, resident):
        reads(phone.page, "The call has ended", seconds=20)
    assert goes_quiet(visitor, resident)


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_hanging_up(site: Site, phones: Phones, who: str):
    people = dict(zip(("visitor", "resident"), talking(site, phones, "video"), strict=True))
    tap(people[who].page, "Hang up")
    assert goes_quiet(people[who])
    expect(people["visitor"].page.locator("#session-status[data-live='']")).to_be_visible()
    assert goes_quiet(*people.values())


def test_leaving_the_page(site: Site, phones: Phones):
    visitor, _ = talking(site, phones, "video", STOPS)
    visitor.page.goto(site.sign)
    assert sorted(visitor.page.evaluate("() => sessionStorage.getItem('stopped')").split()) == ["audio", "video"]


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_a_role_that_is_lost(site: Site, phones: Phones, who: str):
    people = dict(zip(("visitor", "resident"), talking(site, phones), strict=True))
    people[who].expects("403")
    people[who].expects("WebSocket")
    people[who].context.clear_cookies()
    look = "() => window.htmx.ajax('GET', document.getElementById('session-status').getAttribute('hx-get') + 'x')"
    people[who].page.evaluate(look)
    assert goes_quiet(people[who])


def test_mute_silences_and_unmute_does_not(site: Site, phones: Phones):
    visitor, resident = talking(site, phones)
    loud = loudness(resident, 2500)
    assert loud > 0
    tap(visitor.page, "Mute")
    expect(visitor.page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    resident.page.wait_for_timeout(500)
    assert loudness(resident, 2500) < loud / 100
    tap(visitor.page, "Mute")
    assert loudness(resident, 2500) > 0


def test_a_camera_joins_a_talk_and_leaves_it(site: Site, phones: Phones):
    visitor, resident = talking(site, phones)
    expect(resident.page.locator("#theirs")).to_be_hidden()
    before = resident.page.evaluate(SEEN)["lines"]
    tap(visitor.page, "Camera")
    expect(resident.page.locator("#theirs")).to_be_visible()
    assert soon(resident.page, resident.sees) and sorted(live_tracks(visitor)) == ["audio", "video"]
    tap(visitor.page, "Camera")
    assert soon(visitor.page, lambda: live_tracks(visitor) == ["audio"], seconds=1)
    expect(resident.page.locator("#theirs")).to_be_hidden()
    assert not visitor.sees()
    assert resident.page.evaluate(SEEN)["lines"] == before and resident.connected() == 1


def test_the_other_lens_takes_over_in_the_same_call(site: Site, phones: Phones):
    visitor, resident = talking(site, phones, "video", TWO_LENSES)
    assert soon(resident.page, resident.sees)
    before, sent = resident.page.evaluate(SEEN), visitor.page.evaluate(SENDS)
    tap(visitor.page, "Flip")
    assert soon(visitor.page, lambda: visitor.page.evaluate(SENDS) not in ("", sent))
    assert sorted(live_tracks(visitor)) == ["audio", "video"]
    expect(visitor.page.locator("#stage.is-mirrored")).to_have_count(0)
    assert soon(resident.page, lambda: resident.page.evaluate(SEEN)["seen"] > before["seen"] + 5, seconds=10)
    assert resident.page.evaluate(SEEN)["lines"] == before["lines"] and resident.connected() == 1
    assert loudness(resident) > 0
    expect(resident.page.locator("#theirs")).to_be_visible()


def test_the_volume_is_the_listeners_own(site: Site, phones: Phones):
    visitor, _ = talking(site, phones)
    tap(visitor.page, "Volume")
    visitor.page.get_by_label("How loud they are").fill("30")
    assert visitor.page.evaluate("() => document.getElementById('theirs').volume") == pytest.approx(0.3)


def is_awake(phone: Phone, released: str) -> bool:
    """Whether the page holds, or held, one lock on the screen."""
    return soon(
        phone.page, lambda: phone.page.evaluate("() => String(window.locks.map((lock) => lock.released))") == released
    )


def test_the_screen_stays_on_while_they_talk_and_no_longer(site: Site, phones: Phones):
    visitor, resident = talking(site, phones, script=LOCKS)
    assert is_awake(visitor, "false") and is_awake(resident, "false")
    tap(visitor.page, "Hang up")
    assert is_awake(visitor, "true") and is_awake(resident, "true")
