"""One home, two phones: the first answer wins, and the other phone reads who has it."""

import pytest
from playwright.sync_api import expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Site
from .steps import call, go_to_door, reads, seal, session_id, tap, wait_at_home

pytestmark = pytest.mark.browser


@pytest.fixture
def rung(site: Site, phones: Phones) -> tuple[Phone, Phone, Phone]:
    """A visitor, and Chidi and Maja who both look at the visit."""
    visitor, chidi, maja = phones(), phones(), phones()
    wait_at_home(chidi.page, site.home("Chidi Okafor"))
    wait_at_home(maja.page, site.home("Maja Lindqvist"))
    call(visitor.page, site, site.home("Chidi Okafor"))
    go_to_door(chidi.page)
    go_to_door(maja.page)
    reads(visitor.page, "Ringing Okafor & Lindqvist", "It rings on 2 phones.")
    return visitor, chidi, maja


def test_first_answer_takes_the_visit(rung: tuple[Phone, Phone, Phone]):
    visitor, chidi, maja = rung
    tap(chidi.page, "Answer")
    reads(chidi.page, "You are talking with the visitor")
    reads(maja.page, "Chidi Okafor answered", "Nothing more to do.")
    for name in ("Answer", "Open the door", "Decline", "Lights on"):
        expect(maja.page.get_by_role("button", name=name)).to_have_count(0)
    reads(visitor.page, "Okafor & Lindqvist answered")
    expect(visitor.page.get_by_text("Chidi")).to_have_count(0)


def test_second_tap_reads_that_it_came_too_late(rung: tuple[Phone, Phone, Phone], site: Site):
    _, chidi, maja = rung
    form: dict[str, str | float | bool] = {"seal": seal(maja.page)}
    tap(chidi.page, "Answer")
    reads(maja.page, "Chidi Okafor answered")
    for effect in ("answer", "open", "decline"):
        late = maja.context.request.post(f"{site.url}/s/{session_id(maja.page)}/{effect}", form=form)
        assert late.status == 409
        assert "Somebody else in your home took this visit." in late.text()
    assert (site.openings, site.sessions) == ([], ["active"])


def test_only_who_answered_is_connected(rung: tuple[Phone, Phone, Phone]):
    visitor, chidi, maja = rung
    tap(chidi.page, "Answer")
    for phone in (visitor, chidi):
        assert soon(phone.page, phone.hears, seconds=10)
        assert phone.connected() == 1
    assert (maja.asked, maja.connected()) == ([], 0)
    expect(maja.page.locator("#stage")).to_be_hidden()


def test_other_phone_at_home_stops_ringing(site: Site, phones: Phones):
    visitor, chidi, maja = phones(), phones(), phones()
    wait_at_home(chidi.page, site.home("Chidi Okafor"))
    wait_at_home(maja.page, site.home("Maja Lindqvist"))
    call(visitor.page, site, site.home("Chidi Okafor"))
    maja.page.locator("[data-rings]").wait_for()
    go_to_door(chidi.page)
    tap(chidi.page, "Answer")
    expect(maja.page.locator(".visit strong")).to_have_text("Chidi Okafor answered")
    expect(maja.page.locator("[data-rings]")).to_have_count(0)
