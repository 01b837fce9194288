"""What became of an opening by an invite, asked for by its key."""

import pytest

from tests.building import inviting
from tests.building.conftest import attempts, pulses
from tests.building.inviting import NOBODYS, Link, Phone, assert_no_other_method, everything, invited
from visitor_portal.building import access_log

phone, link = inviting.phone, inviting.link
TAP = {"Idempotency-Key": "tap"}


@pytest.fixture
def opened(phone: Phone, link: Link) -> Phone:
    assert phone.execute(link, key="tap") == (200, "")
    return phone


def test_tells_the_opening_as_it_stands(opened, link):
    said = opened.ok("get_invite_opening", link.token, **TAP)
    assert (said["state"], said["seen_open"]) == ("confirmed", True)


def test_tells_what_was_seen_since(phone, link, door):
    door.openers.update(settings={"contact": "none"})
    phone.execute(link, key="tap")
    assert phone.ok("get_invite_opening", link.token, **TAP)["seen_open"] is None
    access_log.step(attempts()[0], "seen_open")
    assert phone.ok("get_invite_opening", link.token, **TAP)["seen_open"] is True


def test_changes_nothing(opened, link):
    before = everything()
    opened.ok("get_invite_opening", link.token, **TAP)
    assert everything() == before and pulses() == 1


def test_another_key_another_link_and_none_tell_nothing(opened, link, door):
    for token, key in ((link.token, "other"), (link.token, ""), (invited(door).token, "tap"), (NOBODYS[0], "tap")):
        assert opened.refused("get_invite_opening", token, **{"Idempotency-Key": key}) == (404, "not_found")


def test_is_only_read(opened, link):
    assert_no_other_method(opened, "get_invite_opening", link.token)
