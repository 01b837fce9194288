"""The portal in one process, the building in another: the pages cannot tell."""

from dataclasses import replace

import pytest

from .browser import soon
from .conftest import Phones, Sites
from .site import Home, Site
from .steps import go_to_door, reads, ring_button, tap

pytestmark = pytest.mark.browser
BY_POLLING = 3  # seconds


@pytest.fixture(scope="module")
def building(sites: Sites) -> Site:
    return sites()


@pytest.fixture(scope="module")
def portal(sites: Sites, building: Site) -> Site:
    return sites(demo=False, PUBLIC_ACCESS_URL=f"{building.url}/api/v1")


@pytest.fixture
def home(building: Site, portal: Site) -> Home:
    """A resident of the building, whose page is at the portal."""
    building.start_over()
    found = building.home("Chidi Okafor")
    return replace(found, url=found.url.replace(building.url, portal.url))


def test_call_talk_and_open_through_the_portal(building: Site, portal: Site, home: Home, phones: Phones):
    visitor, resident = phones(), phones()
    resident.page.goto(home.url)
    visitor.page.goto(building.sign.replace(building.url, portal.url))
    ring_button(visitor.page, home).click()
    go_to_door(resident.page)
    reads(visitor.page, "Ringing Okafor & Lindqvist", "It rings on 1 phone.", seconds=BY_POLLING)
    tap(resident.page, "Answer")
    reads(visitor.page, "Okafor & Lindqvist answered", seconds=BY_POLLING)
    for phone in (visitor, resident):
        assert soon(phone.page, phone.hears, seconds=10)
    tap(resident.page, "Open the door")
    for phone in (visitor, resident):
        reads(phone.page, "The door is open", seconds=BY_POLLING)
    assert (building.openings, building.pulses) == ([("confirmed", "")], 1)
    assert portal.rows("SELECT count(*) FROM building_session")[0][0] == 0
    assert building.tracebacks == portal.tracebacks == []


def test_key_of_nobody_is_refused(building: Site, portal: Site, home: Home, phones: Phones):
    stranger = phones()
    stranger.expects("status of 40[13]")
    answer = stranger.page.goto(f"{portal.url}/resident/resident_nobody")
    assert answer and answer.status == 403
    assert stranger.cookies_given == set()
