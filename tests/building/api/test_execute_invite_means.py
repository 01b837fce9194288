"""What a door wants to see: a PIN, a scan, or something that no page can show."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.building import inviting
from tests.building.conftest import attempts, pulses
from tests.building.inviting import PIN, REFUSALS, STATES, invited
from visitor_portal.building import scans
from visitor_portal.building.models import (
    Building,
    Door,
    PinTry,
    Portal,
)

phone, link, quick_hashes = inviting.phone, inviting.link, inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")

MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def with_pin(door):
    return invited(door, pin=PIN)


def last() -> tuple[str, str]:
    """What the log says last."""
    attempt = attempts()[-1]
    return attempt.state, attempt.reason


# -- the means


@pytest.mark.parametrize("types", [["CARD"], ["PASSCODE", "REX"]])
def test_a_door_that_wants_something_else(phone, door, types):
    assert phone.execute(invited(door, *types)) == (403, "auth_type_not_allowed")


def test_the_hosts_pin(phone, with_pin):
    assert phone.execute(with_pin) == (403, "pin_required")
    assert phone.execute(with_pin, pin="000000") == (403, "pin_wrong")
    assert last() == ("refused", "pin_wrong")
    assert phone.execute(with_pin, pin="493 017") == (200, "")
    assert attempts()[-1].last.auth_type == "REMOTE"


def test_the_doors_pin(phone, door):
    link = invited(door, "REMOTE_PLUS_PHONE", pin=PIN)
    assert phone.execute(link) == (403, "pin_required")
    assert phone.execute(link, pin=PIN) == (200, "")
    assert attempts()[-1].last.auth_type == "REMOTE_PLUS_PHONE"


def test_no_pin_is_right_where_none_was_set(phone, door):
    link = invited(door, "REMOTE_PLUS_PHONE")
    for pin in ("", "0", "000000", PIN):
        assert phone.execute(link, pin=pin)[1] in ("pin_required", "pin_wrong")
    assert pulses() == 0


def test_a_pin_that_nobody_asked_for_is_read_past(phone, link):
    assert phone.execute(link, pin="000000") == (200, "")
    assert not PinTry.objects.exists()


@pytest.mark.parametrize(
    "pin", ["é", "４９３０１７", "٤٩٣٠١٧", "\u202e493017", "4" * 50_000, "493017'--", "-493017", " "]
)
def test_a_strange_pin_is_wrong_and_no_more(phone, with_pin, pin):
    assert phone.execute(with_pin, pin=pin) == (403, "pin_wrong")


def test_too_many_wrong_pins(phone, with_pin):
    for _ in range(5):
        assert phone.execute(with_pin, pin="000000") == (403, "pin_wrong")
    assert phone.execute(with_pin, pin=PIN) == (429, "too_many_tries")
    assert 890 <= int(phone.last["Retry-After"]) <= 901
    assert last() == ("refused", "too_many_tries")


@pytest.mark.parametrize("state", REFUSALS)
def test_no_pin_is_tried_where_the_door_stays_shut_anyway(phone, with_pin, state):
    STATES[state](with_pin)
    assert phone.execute(with_pin, pin=PIN)[1] == phone.execute(with_pin, pin="0")[1] == REFUSALS[state]
    assert not PinTry.objects.exists()


class TestScan:
    @pytest.fixture
    def link(self, door):
        return invited(door, "SCAN")

    def test_a_fresh_scan_of_this_door(self, phone, link, portal):
        assert phone.execute(link) == (403, "scan_required")
        assert phone.execute(link, scan=scans.prove(portal)) == (200, "")
        assert attempts()[-1].last.auth_type == "SCAN"

    def test_twice(self, phone, link, portal):
        Building.objects.update(min_interval_ms=0)
        proof = scans.prove(portal)
        assert phone.execute(link, scan=proof) == (200, "")
        assert phone.execute(link, scan=proof) == (403, "scan_required")

    @pytest.mark.parametrize(("seconds", "code"), [(119, ""), (121, "scan_required"), (86_400, "scan_required")])
    def test_stale(self, phone, door, portal, seconds, code):
        link = invited(door, "SCAN", valid_from=MONDAY, valid_to=MONDAY + 48 * HOUR)
        with time_machine.travel(MONDAY, tick=False) as clock:
            proof = scans.prove(portal)
            clock.shift(seconds)
            assert phone.execute(link, scan=proof)[1] == code

    def test_of_another_door(self, phone, link, portal, building):
        garage = Door.objects.create(building=building, name={"en": "Garage"})
        proof = scans.prove(Portal.objects.create(door=garage, name={"en": "Garage"}))
        assert phone.execute(link, scan=proof) == (403, "scan_required")

    @pytest.mark.parametrize("proof", ["x", ":", "a:b:c", "x" * 4000, "é"])
    def test_invented(self, phone, link, portal, proof):
        assert phone.execute(link, scan=proof) == (403, "scan_required")

    def test_with_a_pin(self, phone, door, portal):
        link = invited(door, "SCAN_PLUS_PHONE", pin=PIN)
        assert phone.execute(link, pin=PIN) == (403, "scan_required")
        assert phone.execute(link, scan=scans.prove(portal)) == (403, "pin_required")
        assert phone.execute(link, pin=PIN, scan=scans.prove(portal)) == (200, "")
        assert attempts()[-1].last.auth_type == "SCAN_PLUS_PHONE"

    def test_a_scan_may_stand_for_a_pin(self, phone, door, portal):
        link = invited(door, "SCAN", "REMOTE_PLUS_PHONE", pin=None)
        assert phone.execute(link) == (403, "pin_required")
        assert phone.execute(link, scan=scans.prove(portal)) == (200, "")
