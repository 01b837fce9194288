"""Words in both directions: live, in two languages, without JavaScript, by keyboard; what is typed stays."""

import re

import pytest
from django.utils import translation
from playwright.sync_api import Page, Route, expect

from visitor_portal import phrases

from .browser import Phone
from .conftest import Phones
from .edges import NEVER, WAVES
from .site import Site
from .steps import call, go_to_door, reads, ring_button, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
MOST_REQUESTS = 30


def sentence(key: str, language: str) -> str:
    with translation.override(language):
        return phrases.sentence(key)


def say(page: Page, words: str) -> None:
    page.locator("#own-words").fill(words)
    page.locator("#own-send").click()
    expect(page.locator("#own-words")).to_have_value("")


def lines(page: Page) -> list[str]:
    return [words.strip() for words in page.locator(".said bdi").all_inner_texts()]


def shows(page: Page, *words: str, seconds: float = 5) -> None:
    expect(page.locator(".said bdi")).to_have_text(list(words), timeout=seconds * 1000)


def hurry(site: Site) -> None:
    """As if the last line had been written a while ago."""
    site.write("UPDATE building_message SET at = datetime(at, '-11 seconds')")


@pytest.fixture
def two(site: Site, phones: Phones) -> tuple[Phone, Phone]:
    """A visitor who reads German and a resident who reads Arabic, both on the visit's page."""
    visitor, resident = phones(locale="de"), phones(locale="ar")
    with resident.page.expect_websocket():
        resident.page.goto(site.home(HOME).url)
    call(visitor.page, site, site.home(HOME))
    go_to_door(resident.page)
    return visitor, resident


def test_each_side_reads_its_own_language_at_once(two: tuple[Phone, Phone]):
    visitor, resident = (phone.page for phone in two)
    visitor.locator("#say-delivery").click()
    shows(resident, sentence("delivery", "ar"))
    resident.locator("#say-on_my_way").click()
    shows(visitor, sentence("delivery", "de"), sentence("on_my_way", "de"))
    shows(resident, sentence("delivery", "ar"), sentence("on_my_way", "ar"))
    assert all(any("data-line" in frame for frame in phone.frames) for phone in two)
    expect(visitor.locator(".said--mine")).to_have_count(1)
    expect(resident.locator(".said--mine bdi")).to_have_text(sentence("on_my_way", "ar"))


def test_own_words_go_both_ways_and_are_heard(two: tuple[Phone, Phone]):
    visitor, resident = (phone.page for phone in two)
    say(visitor, "Ich stehe am Tor")
    expect(resident.locator("#written")).to_contain_text("Ich stehe am Tor")
    say(resident, "لحظة من فضلك")
    expect(visitor.locator("#written")).to_contain_text("لحظة من فضلك")
    shows(visitor, "Ich stehe am Tor", "لحظة من فضلك")
    assert resident.locator(".said bdi").first.evaluate("(words) => getComputedStyle(words).direction") == "ltr"


def test_the_visitor_writes_while_the_browser_still_asks_for_the_microphone(site: Site, phones: Phones):
    visitor = phones()
    visitor.context.add_init_script(NEVER)
    call(visitor.page, site, site.home(HOME))
    reads(visitor.page, "Calling Okafor & Lindqvist")
    say(visitor.page, "I can't hear well")
    shows(visitor.page, "I can't hear well")
    boxes = [visitor.page.locator(name).bounding_box() for name in ("#write", "#line")]
    assert boxes[0] and (not boxes[1] or boxes[0]["y"] < boxes[1]["y"])


def test_what_is_being_typed_survives_whatever_comes(site: Site, phones: Phones):
    visitor, resident = phones().page, phones().page
    wait_at_home(resident, site.home(HOME))
    call(visitor, site, site.home(HOME))
    field = visitor.locator("#own-words")
    field.press_sequentially("I have a bi")
    go_to_door(resident)
    reads(visitor, "Ringing Okafor & Lindqvist")  # pushed
    say(resident, "Who is it?")
    shows(visitor, "Who is it?")
    visitor.evaluate(
        "() => htmx.ajax('GET', document.querySelector('#session-status').getAttribute('hx-get')"
        ".replace(/v=[^&]*/, 'v='), { target: '#session-status', swap: 'outerHTML' })"
    )  # polled
    visitor.wait_for_timeout(500)
    visitor.keyboard.type("g box")
    expect(field).to_have_value("I have a big box")
    expect(field).to_be_focused()
    visitor.keyboard.press("Enter")
    shows(resident, "Who is it?", "I have a big box")
    expect(field).to_have_value("")
    expect(field).to_be_focused()


def test_what_is_typed_on_while_a_line_is_sent_is_not_lost(site: Site, phones: Phones):
    visitor = phones().page
    call(visitor, site, site.home(HOME))

    def hold(route: Route) -> None:
        visitor.keyboard.type(" and more")
        route.continue_()

    visitor.route("**/message", hold)
    visitor.locator("#own-words").fill("Hello")
    visitor.keyboard.press("Enter")
    shows(visitor, "Hello")
    expect(visitor.locator("#own-words")).to_have_value("and more")


def test_a_line_too_soon_stays_in_its_field_until_it_may_go(site: Site, phones: Phones):
    phone = phones()
    phone.expects("429")
    visitor = phone.page
    call(visitor, site, site.home(HOME))
    visitor.locator("#own-words").fill("a draft")
    visitor.locator("#say-delivery").click()
    shows(visitor, "A delivery for you")
    expect(visitor.locator("#own-words")).to_have_value("a draft")
    visitor.locator("#own-send").click()
    expect(visitor.locator(".write__note--refused")).to_have_text("Your line was not sent.")
    expect(visitor.locator("#written")).to_contain_text("Your line was not sent.")
    seconds = int(visitor.locator("#write [data-countdown]").inner_text())
    assert 1 <= seconds <= 10
    expect(visitor.locator("#own-words")).to_have_value("a draft")
    expect(visitor.locator(".write__note")).to_have_count(0, timeout=(seconds + 3) * 1000)
    visitor.locator("#own-send").click()
    shows(visitor, "A delivery for you", "a draft")


def test_the_field_counts_and_holds_two_hundred(site: Site, phones: Phones):
    visitor = phones().page
    call(visitor, site, site.home(HOME))
    expect(visitor.locator("#own-count")).to_be_hidden()
    visitor.locator("#own-words").press_sequentially("x" * 203, delay=0)
    expect(visitor.locator("#own-count")).to_have_text("200 / 200")


def test_words_show_as_words(site: Site, phones: Phones):
    visitor, resident = phones().page, phones().page
    wait_at_home(resident, site.home(HOME))
    call(visitor, site, site.home(HOME))
    evil = '<img src=x onerror="alert(1)"> https://evil.example \u202e+49 170 1234567'
    say(visitor, evil)
    shown = evil.replace("\u202e", "")
    expect(resident.locator(".visit__line")).to_have_text(shown)
    go_to_door(resident)
    shows(resident, shown)
    assert resident.locator(".lines a, .lines img").count() == 0


def test_without_javascript_a_visitor_writes_and_reads(site: Site, phones: Phones):
    visitor, resident = phones(java_script_enabled=False).page, phones().page
    wait_at_home(resident, site.home(HOME))
    call(visitor, site, site.home(HOME))
    tap(visitor, "A delivery for you")
    shows(visitor, "A delivery for you")
    go_to_door(resident)
    resident.locator("#say-leave_at_door").click()
    shows(visitor, "A delivery for you", "Please leave it at the door", seconds=8)
    visitor.get_by_role("link", name="Write in your own words").click()
    visitor.get_by_label("In your own words").fill("It is heavy")
    visitor.wait_for_timeout(4000)  # longer than a page that looks again would rest
    expect(visitor.get_by_label("In your own words")).to_have_value("It is heavy")
    hurry(site)
    tap(visitor, "Send")
    shows(resident, "A delivery for you", "Please leave it at the door", "It is heavy")


def test_by_keyboard_alone(site: Site, phones: Phones):
    visitor = phones(viewport={"width": 900, "height": 800}, is_mobile=False, has_touch=False).page
    call(visitor, site, site.home(HOME))
    visitor.locator("#tap-cancel").focus()
    order = ["say-i_am_here", "say-delivery", "say-only_writing", "say-which_floor"]
    for wanted in order:
        visitor.keyboard.press("Tab")
        assert visitor.evaluate("document.activeElement.id") == wanted
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#say-thank_you")).to_be_visible()
    for _ in range(5):
        visitor.keyboard.press("Tab")
    assert visitor.evaluate("document.activeElement.id") == "own-words"
    visitor.keyboard.type("Hello")
    visitor.keyboard.press("Enter")
    shows(visitor, "Hello")


def test_after_ten_silent_seconds_the_page_offers_to_write(site: Site, phones: Phones):
    visitor = phones().page
    call(visitor, site, site.home(HOME))
    reads(visitor, "Calling Okafor & Lindqvist", "No phone has shown the call yet.")
    expect(visitor.locator("[data-late]")).to_have_count(0)
    reads(visitor, "Calling Okafor & Lindqvist")
    expect(visitor.locator(".status__text")).to_have_text("No phone has shown the call so far.", timeout=14_000)
    expect(visitor.locator(".status__then")).to_contain_text("Write to them below")


def test_a_message_rings_nobody_and_is_answered_in_words(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    for phone in (visitor, resident):
        phone.context.add_init_script(WAVES)
    wait_at_home(resident.page, site.home(HOME))
    resident.page.locator("h1").tap()
    call(visitor.page, site, site.home(HOME), "message")
    reads(visitor.page, "Write to Okafor & Lindqvist", "No phone rings. They read what you write on their own page.")
    say(visitor.page, "I'll be late")
    row = resident.page.locator(".visit")
    expect(row).to_contain_text("Somebody writes to you")
    expect(row.locator(".visit__line")).to_have_text("I'll be late")
    assert resident.page.locator("[data-rings]").count() == 0
    reads(visitor.page, "Write to Okafor & Lindqvist", "Your message shows on a phone there.")
    row.click()
    reads(visitor.page, "Write to Okafor & Lindqvist", "Somebody has opened your message.")
    say(resident.page, "No hurry")
    shows(visitor.page, "I'll be late", "No hurry")
    assert resident.page.get_by_role("button", name="Answer").count() == 0
    assert [phone.page.evaluate("() => window.waves.length") for phone in (visitor, resident)] == [0, 0]
    assert (visitor.asked, resident.asked) == ([], [])


def test_who_wrote_may_ring_as_well(site: Site, phones: Phones):
    visitor = phones().page
    call(visitor, site, site.home(HOME), "message")
    visitor.get_by_role("link", name="Back to the directory").click()
    ring_button(visitor, site.home(HOME)).click()
    reads(visitor, "Calling Okafor & Lindqvist")


def requests(phone: Phone) -> list[str]:
    """The paths that a phone asked for. A file that it has it does not ask for again."""
    paths = [re.sub(r"https?://[^/]+|\?.*", "", answer.url) for answer in phone.answers]
    files = {path for path in paths if path.startswith("/static/")}
    return [path for path in paths if path not in files] + sorted(files)


def test_a_visit_with_five_words_each_way_is_thirty_requests_at_most(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    go_to_door(resident.page)
    tap(resident.page, "Answer")
    said: list[str] = []
    for number in range(5):
        for phone, who in ((visitor, "visitor"), (resident, "resident")):
            phone.page.locator("#own-words").fill(f"{who} {number}")
            phone.page.locator("#own-send").click()
            said.append(f"{who} {number}")
            for page in (visitor.page, resident.page):
                shows(page, *said)
        visitor.page.wait_for_timeout(10_000 if number < 4 else 0)
    tap(visitor.page, "Hang up")
    reads(resident.page, "The visitor ended the call")
    counts = [len(requests(phone)) + 3 for phone in (visitor, resident)]  # and three sockets
    assert max(counts) <= MOST_REQUESTS, (requests(visitor), requests(resident))


def test_whatever_was_written_the_door_stays_in_sight(site: Site, phones: Phones):
    visitor, resident = phones().page, phones().page
    wait_at_home(resident, site.home(HOME))
    call(visitor, site, site.home(HOME))
    long = ("wide words and more of them " * 8)[:199]
    for number in range(3):
        say(visitor, f"{number}{long}")
        hurry(site)
    go_to_door(resident)
    expect(resident.locator(".said")).to_have_count(3)
    for wanted in ("#tap-answer", "#tap-open"):
        expect(resident.locator(wanted)).to_be_in_viewport(ratio=1)
    box = resident.locator(".said").last.bounding_box()
    outer = resident.locator(".lines").bounding_box()
    assert box and outer and abs(box["y"] + box["height"] - outer["y"] - outer["height"]) < 2  # the newest shows
    expect(resident.locator(".phrases__row").first.locator(".phrase")).to_have_count(4)
    assert resident.evaluate("document.documentElement.scrollWidth") == 390
