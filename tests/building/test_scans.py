"""The proof of a scan: fresh, of this very door's sticker, and good for one opening."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from visitor_portal.building import scans
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import Building, Door, Opener, Portal, SpentScan
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, pulses
from .threads import together

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def by_scan(clock, door, alice) -> None:
    """Alice opens this door by a scan of its sticker, and needs not wait."""
    door.accesses.update(in_auth_types=["SCAN"], out_auth_types=["SCAN"])
    Building.objects.update(min_interval_ms=0)


def opens(portal: Portal, who, proof: str | None) -> str:
    """The reason why not; empty when the door opened."""
    door = Door.objects.select_related("building").get(id=portal.door_id)
    try:
        attempt = open_door(door, Terms(portal, who.resident, scan=proof), now=timezone.now())
    except Refusal as refusal:
        return refusal.code
    assert attempt.last.auth_type == "SCAN"
    return ""


def test_a_fresh_proof_opens(portal, alice):
    assert opens(portal, alice, scans.prove(portal)) == ""
    assert pulses() == 1


@pytest.mark.parametrize("proof", [None, "", "x", "a:b:c", "é", "\0", ":" * 50, "x" * 10_000])
def test_without_a_proof_it_stays_shut(portal, alice, proof):
    assert opens(portal, alice, proof) == "scan_required"
    assert pulses() == 0


@pytest.mark.parametrize(("seconds", "reason"), [(0, ""), (119, ""), (120, ""), (121, "scan_required")])
def test_a_proof_goes_stale(clock, portal, alice, seconds, reason):
    proof = scans.prove(portal)
    clock.shift(seconds)
    assert opens(portal, alice, proof) == reason


def test_a_proof_is_good_for_one_opening(clock, portal, alice):
    proof = scans.prove(portal)
    assert [opens(portal, alice, proof) for _ in range(3)] == ["", "scan_required", "scan_required"]
    assert opens(portal, alice, scans.prove(portal)) == ""
    assert pulses() == 2


def test_a_proof_of_another_doors_sticker_is_none(building, portal, alice):
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    sign = Portal.objects.create(door=garage, name={"en": "Garage"})
    assert opens(portal, alice, scans.prove(sign)) == "scan_required"


def test_another_sticker_of_the_same_door_will_do(door, portal, alice):
    inside = Portal.objects.create(door=door, name={"en": "Lobby, inside"}, direction="out")
    assert opens(portal, alice, scans.prove(inside)) == ""


def test_a_sticker_that_was_replaced_proves_nothing(portal, alice):
    proof = scans.prove(portal)
    Portal.objects.update(retired_at=NOON)
    assert opens(portal, alice, proof) == "scan_required"


@pytest.mark.parametrize("place", [0, 10, 60, -10, -1])
def test_a_proof_that_was_tampered_with_is_none(portal, alice, place):
    proof = scans.prove(portal)
    other = "A" if proof[place] != "A" else "B"
    place %= len(proof)
    assert opens(portal, alice, proof[:place] + other + proof[place + 1 :]) == "scan_required"


def test_a_proof_of_another_installation_is_none(portal, alice, settings):
    proof = scans.prove(portal)
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert opens(portal, alice, proof) == "scan_required"


def test_a_proof_survives_a_change_of_the_key(portal, alice, settings):
    proof = scans.prove(portal)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert opens(portal, alice, proof) == ""


def test_no_two_proofs_are_one(portal):
    assert len({scans.prove(portal) for _ in range(50)}) == 50


def test_proving_keeps_nothing_and_spending_keeps_no_proof(portal, alice):
    proof = scans.prove(portal)
    assert not SpentScan.objects.exists()
    opens(portal, alice, proof)
    assert SpentScan.objects.get().nonce_hash not in proof


# -- when it is used up


@pytest.mark.parametrize(
    "prevent",
    [
        lambda: Door.objects.update(hold="hold_closed"),
        lambda: Door.objects.update(connected=False),
        lambda: Building.objects.update(next_open_at=NOON + timedelta(seconds=9)),
    ],
)
def test_a_refusal_before_the_door_was_asked_uses_nothing_up(portal, alice, prevent):
    proof = scans.prove(portal)
    prevent()
    assert opens(portal, alice, proof) != ""
    Door.objects.update(hold="normal", connected=True)
    Building.objects.update(next_open_at=None)
    assert opens(portal, alice, proof) == ""


def test_a_door_that_was_asked_used_it_up(portal, alice):
    proof = scans.prove(portal)
    Opener.objects.update(settings={"fault": "lost"})
    assert opens(portal, alice, proof) == "door_unreachable"
    Opener.objects.update(settings={})
    assert opens(portal, alice, proof) == "scan_required"
    assert pulses() == 0


def test_where_no_scan_is_wanted_none_is_used_up(door, portal, alice):
    door.accesses.update(in_auth_types=["REMOTE"])
    proof = scans.prove(portal)
    open_door(door, Terms(portal, alice.resident, scan=proof), now=timezone.now())
    assert not SpentScan.objects.exists()


@pytest.mark.usefixtures("file_database")
def test_of_twenty_that_use_one_proof_at_once_one_opens(portal, alice):
    proof = scans.prove(portal)
    results = together(*[lambda: opens(portal, alice, proof)] * 20)
    assert sorted(map(str, results)) == [""] + ["scan_required"] * 19
    assert (pulses(), SpentScan.objects.count()) == (1, 1)
    assert sorted(attempt.state for attempt in attempts()) == ["confirmed"] + ["refused"] * 19
