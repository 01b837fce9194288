"""No socket can be opened, as behind some proxies: the pages ask, and learn of everything within seconds."""

import pytest
from playwright.sync_api import expect

from .browser import Phone
from .conftest import Phones
from .site import Site
from .steps import call, reads, tap

pytestmark = pytest.mark.browser
BY_POLLING = 3  # seconds


@pytest.fixture
def deaf(phones: Phones) -> list[Phone]:
    """A visitor's phone and a resident's, both without sockets."""
    pair = [phones(), phones()]
    for phone in pair:
        phone.context.route_web_socket("**", lambda wire: wire.close())
    return pair


def test_call_answer_and_open_without_sockets(site: Site, deaf: list[Phone]):
    visitor, resident = (phone.page for phone in deaf)
    home = site.home("Chidi Okafor")
    resident.goto(home.url)
    call(visitor, site, home)
    resident.locator("[data-rings]").wait_for(timeout=BY_POLLING * 1000)
    reads(visitor, "Ringing Okafor & Lindqvist", "It rings on 1 phone.", seconds=BY_POLLING)
    resident.locator("[data-rings]").click()
    tap(resident, "Answer")
    reads(visitor, "Okafor & Lindqvist answered", seconds=BY_POLLING)
    tap(resident, "Open the door")
    reads(resident, "The door is open", "The visitor can come in.", seconds=BY_POLLING)
    reads(visitor, "The door is open", "Come in.", seconds=BY_POLLING)
    assert [phone.frames for phone in deaf] == [[], []]
    assert site.pulses == 1


def test_visitor_who_leaves_is_seen_to_leave(site: Site, deaf: list[Phone]):
    visitor, resident = (phone.page for phone in deaf)
    home = site.home("Chidi Okafor")
    call(visitor, site, home)
    resident.goto(home.url)
    resident.locator("[data-rings]").click()
    tap(visitor, "Stop calling")
    reads(resident, "The visitor ended the call", "Nothing more to do.", seconds=BY_POLLING)
    expect(resident.get_by_role("button", name="Open the door")).to_have_count(0)
