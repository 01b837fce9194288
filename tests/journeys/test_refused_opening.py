"""An opening that comes to nothing: said beside what the page shows, even where that has changed since the tap."""

import pytest
from playwright.sync_api import expect

from .conftest import Phones
from .site import Site
from .steps import call, go_to_door, tap, wait_at_home

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"


@pytest.mark.parametrize("seconds", ["0", "1.5"])
def test_who_opens_while_it_rings_reads_why_it_stays_shut(site: Site, phones: Phones, seconds: str):
    """The tap answers the visit first: the page is another one by the time the door has said no."""
    site.write(f"""UPDATE building_opener SET settings = '{{"fault": "refuse", "seconds": {seconds}}}'""")
    visitor, resident = phones(), phones()
    resident.expects("status of 503 .*/open$")  # Chromium writes that down; nothing else may be said
    wait_at_home(resident.page, site.home(HOME))
    call(visitor.page, site, site.home(HOME))
    go_to_door(resident.page)
    tap(resident.page, "Open the door")
    expect(resident.page.locator("#notice h1")).to_have_text("The door did not answer", timeout=10_000)
    expect(resident.page.locator("#session-status h1")).to_have_text("You are talking with the visitor")
    assert site.openings == [("refused", "door_unreachable")]
