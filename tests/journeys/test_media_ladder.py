"""Whatever a browser refuses or lacks, the visit goes on with the rest, and the page says so."""

import pytest
from playwright.sync_api import Browser, expect

from .browser import CHROMIUM, FLAGS, Phone, soon
from .conftest import Phones
from .edges import BUSY, MISSING, NEVER, NO_MEDIA, NO_RTC, REFUSED, energy, fails, live_tracks, slow
from .site import Site
from .steps import call, go_to_door, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36"
)
UNHEARD = "you hear them, but they can’t hear you."


def met(
    site: Site, phones: Phones, edge: str = "", mode: str = "voice", at: str = "door", **options: str
) -> tuple[Phone, Phone]:
    """A visit that was answered, with this browser on one side: at the door or at home."""
    visitor, resident = phones(**options), phones()
    (visitor if at == "door" else resident).context.add_init_script(edge)
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME), mode)
    go_to_door(resident.page)
    tap(resident.page, "Answer")
    reads(visitor.page, "Okafor & Lindqvist answered")
    return visitor, resident


def says(phone: Phone, words: str, seconds: float = 10) -> None:
    expect(phone.page.locator("#media-note")).to_have_text(words, timeout=seconds * 1000)


def hears_something(phone: Phone) -> bool:
    return soon(phone.page, lambda: energy(phone) > 0)


@pytest.mark.parametrize("mode", ["voice", "video"])
def test_all_well(site: Site, phones: Phones, mode: str):
    for phone in met(site, phones, mode=mode):
        says(phone, "You can talk now.")
        assert hears_something(phone)
        assert sorted(live_tracks(phone)) == (["audio", "video"] if mode == "video" else ["audio"])
        expect(phone.page.locator("#undo")).to_be_hidden()


@pytest.mark.parametrize("at", ["door", "home"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (REFUSED, "You can talk now. Your camera is switched off for this page."),
        (MISSING, "You can talk now. No camera was found."),
        (BUSY, "You can talk now. Another app holds your camera."),
    ],
)
def test_without_a_camera_a_video_call_is_a_voice_call(site: Site, phones: Phones, error: str, words: str, at: str):
    visitor, resident = met(site, phones, fails(error, of="wish.video"), "video", at)
    blind, other = (visitor, resident) if at == "door" else (resident, visitor)
    says(blind, words)
    says(other, "You can talk now.")
    assert hears_something(other) and soon(blind.page, blind.sees)
    assert live_tracks(blind) == ["audio"] and not other.sees()
    expect(other.page.locator("#theirs")).to_be_hidden()


@pytest.mark.parametrize("at", ["door", "home"])
@pytest.mark.parametrize(
    ("edge", "words"),
    [
        (fails(REFUSED), f"Your microphone is switched off for this page: {UNHEARD}"),
        (fails(MISSING), f"No microphone was found: {UNHEARD}"),
        (fails(BUSY), f"Another app holds your microphone: {UNHEARD}"),
        (NO_MEDIA, f"This browser gives no microphone: {UNHEARD}"),
    ],
)
def test_without_a_microphone_one_listens(site: Site, phones: Phones, edge: str, words: str, at: str):
    visitor, resident = met(site, phones, edge, at=at)
    mute, other = (visitor, resident) if at == "door" else (resident, visitor)
    says(mute, words)
    says(other, "You can talk now.")
    received = "() => document.getElementById('theirs').srcObject.getAudioTracks().length"
    assert soon(mute.page, lambda: mute.page.evaluate(received) == 1)
    expect(mute.page.locator("#mute")).to_be_disabled()
    expect(mute.page.locator("#undo")).to_be_visible(visible="switched off" in words)
    tap(resident.page, "Open the door")
    reads(visitor.page, "The door is open")


def test_a_refusal_says_how_to_undo_it_and_a_second_try_works(site: Site, phones: Phones):
    edge = fails(REFUSED, of="!window.isAllowed")
    visitor, resident = met(site, phones, edge, user_agent=ANDROID)
    undo = "Tap the symbol at the left of the address, then Permissions, and switch on Microphone and Camera."
    expect(visitor.page.locator("#undo")).to_have_text(undo)
    visitor.page.evaluate("() => { window.isAllowed = true; }")
    tap(visitor.page, "Try the microphone again")
    says(visitor, "You can talk now.")
    assert hears_something(resident)


def test_a_browser_that_never_answers_is_waited_for_five_seconds(site: Site, phones: Phones):
    visitor = phones()
    visitor.context.add_init_script(NEVER)
    call(visitor.page, site, site.home(HOME))
    says(visitor, "Your browser asks for the microphone. Allow it, so that they can hear you.")
    silent = "Your browser gives no answer about the microphone. It rings all the same."
    says(visitor, silent, seconds=6)
    link = visitor.page.locator("#elsewhere a.exact")
    expect(link).to_have_attribute("href", site.sign)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.get_by_role("button", name="Copy the link").click()
    assert visitor.page.evaluate("() => navigator.clipboard.readText()") == site.sign


def test_whoever_listens_to_a_silent_browser_hears_and_opens(site: Site, phones: Phones):
    visitor, resident = met(site, phones, NEVER)
    says(resident, "You can talk now.")
    assert hears_something(visitor)
    tap(resident.page, "Open the door")
    reads(visitor.page, "The door is open")


def test_a_microphone_that_comes_late_is_heard_all_the_same(site: Site, phones: Phones):
    visitor, resident = met(site, phones, slow(6500))
    says(resident, "You can talk now.")
    says(visitor, "You can talk now.")
    assert hears_something(resident)


@pytest.mark.parametrize("at", ["door", "home"])
def test_without_webrtc_it_rings_and_the_door_opens(site: Site, phones: Phones, at: str):
    visitor, resident = met(site, phones, NO_RTC, at=at)
    mute = visitor if at == "door" else resident
    says(mute, "This browser can’t talk. It rings, and the door can be opened all the same.")
    expect(mute.page.locator("#keys")).to_be_hidden()
    expect(mute.page.get_by_role("button", name="Hang up")).to_be_visible()
    tap(resident.page, "Open the door")
    reads(visitor.page, "The door is open")


def test_a_real_refusal_of_the_browser(site: Site, chromium: Browser):
    """No script plays a part here: this Chromium has a microphone, and the person said no."""
    flags = [flag for flag in FLAGS if flag != "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*flags, "--deny-permission-prompts"])
    visitor = Phone(browser, permissions=[])
    call(visitor.page, site, site.home(HOME))
    says(visitor, f"Your microphone is switched off for this page: {UNHEARD}")
    expect(visitor.page.locator("#undo")).to_be_visible()
    assert visitor.complaints == []
    browser.close()
