"""One browser plays both sides in two tabs, as in a first look at the portal."""

import pytest

from .browser import soon
from .conftest import Phones
from .site import Site
from .steps import call, go_to_door, reads, session_id, tap, wait_at_home

pytestmark = pytest.mark.browser


def test_two_tabs_ring_talk_and_open(site: Site, phones: Phones):
    both = phones()
    visitor, resident, home = both.page, both.new_tab(), site.home("Reception desk")
    wait_at_home(resident, home)
    call(visitor, site, home)
    go_to_door(resident)
    reads(visitor, "Ringing Reception", "It rings on 1 phone.")
    tap(resident, "Answer")
    reads(resident, "You are talking with the visitor")
    reads(visitor, "Reception answered")
    assert soon(visitor, both.hears, seconds=10)
    tap(resident, "Open the door")
    reads(visitor, "The door is open", "Come in.")
    reads(resident, "The door is open", "The visitor can come in.")
    roles = {f"{role}_{session_id(visitor)}" for role in ("caller", "callee")}
    assert both.cookies == {"resident", "guest", *roles}


def test_each_tab_stays_on_its_side_after_a_reload(site: Site, phones: Phones):
    both = phones()
    visitor, resident, home = both.page, both.new_tab(), site.home("Reception desk")
    wait_at_home(resident, home)
    call(visitor, site, home)
    go_to_door(resident)
    reads(visitor, "Ringing Reception")
    for tab in (visitor, resident):
        tab.reload()
    reads(visitor, "Ringing Reception")
    reads(resident, "Somebody is at the door", "Answer to talk with them, or open the door right away.")
