"""Impatient fingers: however often and however fast, one tap is one command."""

import pytest
from playwright.sync_api import Page, expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Home, Site
from .steps import call, go_to_door, reads, ring_button, seal, session_id, tap, wait_at_home

pytestmark = pytest.mark.browser
SEND_TWICE = """async ([path, fields]) => {
  const send = () => fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  return (await Promise.all([send(), send()])).map((answer) => [answer.status, answer.url]);
}"""
SEND = """([path, fields]) => {
  const hand = new AbortController();
  window.leave = () => hand.abort();
  window.heard = fetch(path, { method: "POST", body: new URLSearchParams(fields), signal: hand.signal })
    .then(() => "answered", () => "nothing");
}"""
LEAVE = "() => { window.leave(); return window.heard; }"
CLICK_TWICE = "(button) => { button.click(); button.click(); }"


@pytest.fixture
def home(site: Site) -> Home:
    return site.home("Chidi Okafor")


@pytest.fixture
def answered(site: Site, phones: Phones, home: Home) -> Phone:
    """A resident who has just answered."""
    visitor, resident = phones(), phones()
    wait_at_home(resident.page, home)
    call(visitor.page, site, home)
    go_to_door(resident.page)
    tap(resident.page, "Answer")
    reads(resident.page, "You are talking with the visitor")
    return resident


def opening(resident: Page) -> list[object]:
    """Where a tap on Open posts, and what."""
    return [f"/s/{session_id(resident)}/open", {"seal": seal(resident)}]


def test_two_fast_taps_open_once(answered: Phone, site: Site):
    answered.page.get_by_role("button", name="Open the door").evaluate(CLICK_TWICE)
    reads(answered.page, "The door is open")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)


def test_two_openings_of_one_form_are_one(answered: Phone, site: Site):
    answers = answered.page.evaluate(SEND_TWICE, opening(answered.page))
    assert [status for status, _ in answers] == [200, 200]
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)


def test_opening_ends_when_the_phone_is_gone(answered: Phone, site: Site):
    site.write("""UPDATE building_opener SET settings = '{"seconds": 1.5}'""")
    answered.page.evaluate(SEND, opening(answered.page))
    assert soon(answered.page, lambda: site.openings == [("sent", "")])
    assert answered.page.evaluate(LEAVE) == "nothing"
    assert site.pulses == 0
    answered.page.goto("about:blank")
    assert soon(answered.page, lambda: site.openings == [("confirmed", "")])
    assert site.pulses == 1
    answered.page.go_back()
    reads(answered.page, "The door is open")


def test_two_fast_taps_call_once(site: Site, phones: Phones, home: Home):
    visitor = phones().page
    visitor.goto(site.sign)
    ring_button(visitor, home).evaluate(CLICK_TWICE)
    reads(visitor, "Calling Okafor & Lindqvist")
    assert site.sessions == ["pending"]


def test_two_calls_of_one_form_are_one(site: Site, phones: Phones, home: Home):
    visitor = phones().page
    visitor.goto(site.sign)
    fields = {"seal": visitor.locator("#directory input[name=seal]").input_value(), "call": f"voice.{home.target_id}"}
    first, second = visitor.evaluate(SEND_TWICE, [f"{site.sign}/call", fields])
    assert first == second
    assert first[0] == 200
    assert site.sessions == ["pending"]


def test_second_call_is_led_to_the_first(site: Site, phones: Phones, home: Home):
    phone = phones()
    phone.expects("status of 409")
    call(phone.page, site, home)
    phone.page.goto(site.sign)
    ring_button(phone.page, site.home("Jonas Weber")).click()
    text = "Your call to Okafor & Lindqvist is still running. One at a time."
    reads(phone.page, "You are already calling", text)
    phone.page.get_by_role("link", name="Go to that call").click()
    reads(phone.page, "Calling Okafor & Lindqvist")
    assert site.sessions == ["pending"]


def test_after_a_call_another_can_be_made(site: Site, phones: Phones, home: Home):
    visitor = phones().page
    call(visitor, site, home)
    tap(visitor, "Stop calling")
    reads(visitor, "You ended the call")
    call(visitor, site, site.home("Jonas Weber"))
    reads(visitor, "Calling Jonas Weber")
    expect(visitor.get_by_role("button", name="Stop calling")).to_be_visible()
    assert site.sessions == ["cancelled", "pending"]
