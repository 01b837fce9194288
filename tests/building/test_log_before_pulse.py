"""What is written down, and when: the row is there before anything moves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.drivers import DRIVERS, Outcome
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import AccessLog, Building, Opener
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, opening_of, pulses
from .threads import elsewhere

pytestmark = pytest.mark.usefixtures("file_database")


class Witness(Simulated):
    """A driver that looks, over another connection, what the log says while the door is asked."""

    def __init__(self, outcome: Callable[[], Outcome] = lambda: Outcome("confirmed", True)) -> None:
        self.seen: list[list[dict]] = []
        self.outcome = outcome

    def open(self, wiring, *, now, patience) -> Outcome:
        self.seen.append(elsewhere(lambda: [dict(row) for row in AccessLog.objects.order_by("sequence").values()]))
        return self.outcome()


@pytest.fixture
def witness(monkeypatch, door) -> Witness:
    witness = Witness()
    monkeypatch.setitem(DRIVERS, "witness", witness)
    Opener.objects.update(driver="witness")
    return witness


def test_the_step_is_committed_before_the_driver_is_called(door, portal, alice, now, witness):
    attempt = open_door(door, Terms(portal, alice.resident, guest="phone", key="tap"), now=now)
    ((requested, sent),) = witness.seen
    assert [(row["attempt"], row["state"]) for row in (requested, sent)] == [
        (attempt.id, "requested"),
        (attempt.id, "sent"),
    ]
    for row in (requested, sent):
        assert (row["building"], row["door"], row["portal"]) == (door.building_id, door.id, portal.public_id)
        assert (row["resident"], row["guest"], row["direction"]) == (alice.resident.id, "phone", "in")
    assert (requested["at"], requested["auth_type"], sent["auth_type"]) == (now, "", "REMOTE")
    assert sent["at"] >= now


def test_the_attempt_ends_with_what_the_driver_said(door, portal, alice, now, witness):
    attempt = open_door(door, Terms(portal, alice.resident), now=now)
    (stored,) = attempts()
    assert (stored.id, stored.last.hash) == (attempt.id, attempt.last.hash)
    assert (stored.state, stored.reason, stored.seen_open) == ("confirmed", "", True)
    assert stored.is_over and stored.milliseconds is not None


def test_the_key_is_kept_as_a_hash_alone(door, portal, alice, now, witness):
    open_door(door, Terms(portal, alice.resident, key="tap-secret"), now=now)
    assert "tap-secret" not in repr(list(AccessLog.objects.values()))


def test_a_driver_that_raises_leaves_unknown(door, portal, alice, now, witness):
    witness.outcome = lambda: 1 // 0
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(portal, alice.resident), now=now)
    (attempt,) = attempts()
    assert (attempt.state, attempt.reason, attempt.seen_open) == ("unknown", "door_unreachable", None)
    assert refused.value.status == 503
    assert opening_of(refused.value)["state"] == "unknown"


def test_a_denied_attempt_is_logged_and_moves_nothing(door, portal, mallory, now, witness):
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(portal, mallory.resident), now=now)
    (attempt,) = attempts()
    assert [row.state for row in sorted(attempt.rows, key=lambda row: row.step)] == ["requested", "refused"]
    assert (attempt.reason, attempt.last.resident) == ("wrong_role", mallory.resident.id)
    assert attempt.milliseconds is None
    assert not witness.seen


def test_a_stranger_is_denied_and_logged_too(door, portal, now, witness):
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(portal, guest="somebody"), now=now)
    (attempt,) = attempts()
    assert (attempt.reason, attempt.last.resident, attempt.last.guest) == ("wrong_role", "", "somebody")
    assert not witness.seen


def test_what_was_settled_before_is_written_down_as_the_reason(door, portal, alice, now, witness):
    with pytest.raises(Refusal, match="pin_wrong"):
        open_door(door, Terms(portal, alice.resident, refusal="pin_wrong"), now=now)
    assert [(attempt.state, attempt.reason) for attempt in attempts()] == [("refused", "pin_wrong")]
    assert not witness.seen


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ({"valid_from": timedelta(seconds=1)}, "not_yet_valid"),
        ({"valid_to": timedelta(0)}, "invite_expired"),
    ],
)
def test_denies_outside_the_window_of_the_access(door, portal, alice, now, witness, window, reason):
    door.building.accesses.update(**{name: now + by for name, by in window.items()})
    with pytest.raises(Refusal, match=reason):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert attempts()[0].reason == reason
    assert not witness.seen


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        (["CARD"], "auth_type_not_allowed"),
        ([], "auth_type_not_allowed"),
        (["REMOTE_PLUS_PHONE"], "pin_required"),
        (["SCAN"], "scan_required"),
    ],
)
def test_denies_without_a_means_that_this_door_takes(door, portal, alice, now, witness, types, reason):
    door.accesses.update(in_auth_types=types)
    with pytest.raises(Refusal, match=reason):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert not witness.seen


def test_denies_the_direction_that_is_not_granted(door, portal, alice, now, witness):
    door.accesses.update(out_auth_types=[])
    portal.direction = "out"
    portal.save()
    with pytest.raises(Refusal, match="auth_type_not_allowed"):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert not witness.seen


def test_a_right_that_was_withdrawn_counts_no_more(door, portal, alice, now, witness):
    door.building.accesses.update(status="deleted")
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert not witness.seen


def test_a_door_that_is_not_connected_is_not_asked(door, portal, alice, now, witness):
    door.connected = False
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(portal, alice.resident), now=now)
    assert (refused.value.status, refused.value.code) == (409, "door_not_connected")
    assert not witness.seen


def test_refuses_to_run_inside_a_transaction(door, portal, alice, now, witness):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        open_door(door, Terms(portal, alice.resident), now=now)
    assert not witness.seen
    assert not attempts()


def test_without_a_row_no_door_opens(door, portal, alice, now):
    portal.direction = None  # the database refuses such a row
    with pytest.raises(Exception, match="NOT NULL|not-null"):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert pulses() == 0


def test_without_the_step_before_the_pulse_no_door_opens(door, portal, alice, now, witness):
    Building.objects.update(min_interval_ms=2**62)  # no deadline can be written down for that
    door.refresh_from_db()
    with pytest.raises(OverflowError):
        open_door(door, Terms(portal, alice.resident), now=now)
    assert not witness.seen and not attempts()
