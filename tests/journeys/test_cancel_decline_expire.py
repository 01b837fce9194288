"""Every end of a call without a door: who reads what."""

import pytest
from playwright.sync_api import expect

from .browser import Phone, soon
from .conftest import Phones, Sites
from .site import Site
from .steps import answered_call, call, go_to_door, reads, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"


@pytest.fixture(scope="module")
def hasty(sites: Sites) -> Site:
    """A building where it rings for five seconds only."""
    return sites(RING_SECONDS="5")


def rung(site: Site, phones: Phones) -> tuple[Phone, Phone]:
    """A visitor, and a resident who looks at the visit while it rings."""
    visitor, resident = phones(), phones()
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    go_to_door(resident.page)
    return visitor, resident


def is_over(*people: Phone) -> bool:
    """No page offers the door, listens, or asks on and on."""
    for phone in people:
        expect(phone.page.get_by_role("button", name="Open the door")).to_have_count(0)
        expect(phone.page.locator("#session-status[hx-get]")).to_have_count(0)
        assert soon(phone.page, phone.is_quiet, seconds=1)
    return True


def test_visitor_stops_calling(site: Site, phones: Phones):
    visitor, resident = rung(site, phones)
    tap(visitor.page, "Stop calling")
    reads(visitor.page, "You ended the call", "You can ring again from the directory.")
    reads(resident.page, "The visitor ended the call", "Nothing more to do.")
    assert is_over(visitor, resident) and site.sessions == ["cancelled"]
    visitor.page.get_by_role("link", name="Back to the directory").click()
    reads(visitor.page, "Lobby")


def test_resident_declines(site: Site, phones: Phones):
    visitor, resident = rung(site, phones)
    tap(resident.page, "Decline")
    reads(resident.page, "You declined", "The visitor is told that you can't come now.")
    text = "They know that you are here. Try another entry, or use the panel or the number on the sign."
    reads(visitor.page, "Okafor & Lindqvist can't take the visit now", text)
    assert is_over(visitor, resident) and site.sessions == ["declined"]
    resident.page.get_by_role("link", name="Back to your page").click()
    expect(resident.page.get_by_text("Nobody is at the door.")).to_be_visible()


def test_call_that_nobody_answers_expires(hasty: Site, phones: Phones):
    visitor, resident = rung(hasty, phones)
    text = "Nobody picked up in time. Ring again, try another entry, or use the panel or the number on the sign."
    reads(visitor.page, "No answer", text, seconds=10)
    reads(resident.page, "Missed", "Nobody answered this visit in time.", seconds=10)
    assert is_over(visitor, resident)


def test_visit_that_expired_leaves_the_page_at_home(hasty: Site, phones: Phones):
    visitor, resident = phones(), phones()
    wait_at_home(resident.page, hasty.home("Jonas Weber"))
    call(visitor.page, hasty, hasty.home("Jonas Weber"))
    resident.page.locator("[data-rings]").wait_for()
    expect(resident.page.get_by_text("Nobody is at the door.")).to_be_visible(timeout=10_000)


def test_visitor_hangs_up(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    answered_call(visitor, resident, site, site.home(HOME))
    tap(visitor.page, "Hang up")
    reads(visitor.page, "You ended the call", "You can ring again from the directory.")
    reads(resident.page, "The visitor ended the call", "Nothing more to do.")
    assert is_over(visitor, resident) and site.sessions == ["cancelled"]


def test_resident_hangs_up(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    answered_call(visitor, resident, site, site.home(HOME))
    tap(resident.page, "Hang up")
    reads(resident.page, "You hung up", "The visitor reads that the call has ended.")
    reads(visitor.page, "The call has ended", "They hung up.")
    assert is_over(visitor, resident) and site.sessions == ["declined"]
