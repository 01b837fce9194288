from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from visitor_portal.building import scans
from visitor_portal.building.models import AccessLog, Door, Portal, Session, SpentScan

from .hostile import UNKNOWN_IDS, assert_no_other_method

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_hands_over_a_proof_that_is_fresh_for_two_minutes(api, portal, door):
    with time_machine.travel(NOON, tick=False) as clock:
        said = api.ok("scan_portal", portal.public_id)
        assert datetime.fromisoformat(said["expires_at"]) == NOON + timedelta(seconds=120)
        assert scans.nonce(said["scan_proof"], door.id)
        clock.shift(121)
        assert scans.nonce(said["scan_proof"], door.id) is None


def test_each_reading_is_a_proof_of_its_own(api, portal):
    assert len({api.ok("scan_portal", portal.public_id)["scan_proof"] for _ in range(5)}) == 5


def test_proves_nothing_at_another_door(api, portal, building):
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    sign = Portal.objects.create(door=garage, name={"en": "Garage"})
    proof = api.ok("scan_portal", sign.public_id)["scan_proof"]
    assert scans.nonce(proof, portal.door_id) is None and scans.nonce(proof, garage.id)


def test_reading_keeps_nothing(api, portal, django_assert_num_queries):
    with django_assert_num_queries(3):  # which sign it is, of which door of which building
        api.ok("scan_portal", portal.public_id)
    assert not SpentScan.objects.exists() and not AccessLog.objects.exists() and not Session.objects.exists()


def test_names_nobody_and_needs_no_secret(api, portal, alice):
    said = api.ok("scan_portal", portal.public_id, token=alice.key)
    assert set(said) == {"scan_proof", "expires_at"} and alice.resident.id not in repr(said)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, portal, unknown):
    assert api.refused("scan_portal", unknown) == (404, "not_found")


def test_takes_no_other_method(api, portal):
    assert_no_other_method(api, "scan_portal", portal.public_id)
