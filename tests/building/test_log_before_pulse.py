"""What is written down, and when: the row is there before anything moves."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.drivers import DRIVERS, Outcome
from visitor_portal.building.models import AccessLog, Door
from visitor_portal.building.refusals import Refusal

from .conftest import opening_of, pulses
from .threads import elsewhere

pytestmark = pytest.mark.usefixtures("file_database")


class Witness:
    """A driver that looks, over another connection, what the log says while the door is asked."""

    def __init__(self, outcome: Callable[[], Outcome] = lambda: Outcome("confirmed", True)) -> None:
        self.seen: list[dict] = []
        self.outcome = outcome

    def open(self, door: Door, now: datetime) -> Outcome:
        self.seen += elsewhere(lambda: [dict(row) for row in AccessLog.objects.values()])
        return self.outcome()

    def open_until(self, door: Door, now: datetime) -> datetime | None:
        return None

    def reachable(self, door: Door) -> bool:
        return True


@pytest.fixture
def witness(monkeypatch, door) -> Witness:
    witness = Witness()
    monkeypatch.setitem(DRIVERS, "witness", witness)
    Door.objects.filter(id=door.id).update(driver="witness")
    door.refresh_from_db()
    return witness


def test_the_row_is_committed_before_the_driver_is_called(door, portal, alice, now, witness):
    row = open_door(door, Terms(alice.resident, portal, key="tap"), now=now)
    (seen,) = witness.seen
    assert (seen["id"], seen["state"], seen["closed_at"]) == (row.id, "sent", None)
    assert (seen["door_id"], seen["resident_id"], seen["portal_id"]) == (
        door.id,
        alice.resident.id,
        portal.public_id,
    )
    assert (seen["direction"], seen["auth_type"], seen["at"]) == ("in", "REMOTE", now)


def test_the_row_is_closed_with_what_the_driver_said(door, portal, alice, now, witness):
    row = open_door(door, Terms(alice.resident, portal), now=now)
    stored = AccessLog.objects.get()
    assert stored == row
    assert (stored.state, stored.reason, stored.seen_open) == ("confirmed", "", True)
    assert stored.closed_at is not None and stored.milliseconds is not None


def test_the_key_is_kept_as_a_hash_alone(door, portal, alice, now, witness):
    open_door(door, Terms(alice.resident, portal, key="tap-secret"), now=now)
    assert "tap-secret" not in repr(list(AccessLog.objects.values()))


def test_a_driver_that_raises_leaves_unknown(door, portal, alice, now, witness):
    witness.outcome = lambda: 1 // 0
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(alice.resident, portal), now=now)
    row = AccessLog.objects.get()
    assert (row.state, row.reason, row.seen_open) == ("unknown", "door_unreachable", None)
    assert row.closed_at is not None
    assert refused.value.status == 503
    assert opening_of(refused.value)["state"] == "unknown"


def test_a_denied_attempt_is_logged_and_moves_nothing(door, portal, mallory, now, witness):
    with pytest.raises(Refusal, match="wrong_role"):
        open_door(door, Terms(mallory.resident, portal), now=now)
    row = AccessLog.objects.get()
    assert (row.state, row.reason, row.resident_id) == ("refused", "wrong_role", mallory.resident.id)
    assert row.closed_at is not None and row.milliseconds is None
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
        open_door(door, Terms(alice.resident, portal), now=now)
    assert AccessLog.objects.get().reason == reason
    assert not witness.seen


def test_denies_a_means_that_this_door_does_not_take(door, portal, alice, now, witness):
    with pytest.raises(Refusal, match="auth_type_not_allowed"):
        open_door(door, Terms(alice.resident, portal, auth_type="SCAN"), now=now)
    assert not witness.seen


def test_denies_the_direction_that_is_not_granted(door, portal, alice, now, witness):
    door.accesses.update(out_auth_types=[])
    portal.direction = "out"
    portal.save()
    with pytest.raises(Refusal, match="auth_type_not_allowed"):
        open_door(door, Terms(alice.resident, portal), now=now)
    assert not witness.seen


def test_a_door_that_is_not_connected_is_not_asked(door, portal, alice, now, witness):
    door.connected = False
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(alice.resident, portal), now=now)
    assert (refused.value.status, refused.value.code) == (409, "door_not_connected")
    assert not witness.seen


def test_refuses_to_run_inside_a_transaction(door, portal, alice, now, witness):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        open_door(door, Terms(alice.resident, portal), now=now)
    assert not witness.seen
    assert not AccessLog.objects.exists()


def test_without_a_row_no_door_opens(door, portal, alice, now):
    portal.direction = None  # the database refuses such a row
    with pytest.raises(Exception, match="NOT NULL|not-null"):
        open_door(door, Terms(alice.resident, portal), now=now)
    assert pulses() == 0
