"""A sticker that was replaced leads nowhere any more, and says so."""

import pytest
from django.utils import timezone

from tests.building.conftest import pulses
from visitor_portal.building.models import AccessLog, Portal, Session

from .conftest import guest_at
from .contract import OPERATIONS

PORTAL_OPERATIONS = [name for name in OPERATIONS if "_portal" in name]


@pytest.fixture
def retired(portal: Portal) -> Portal:
    Portal.objects.update(retired_at=timezone.now())
    portal.refresh_from_db()
    return portal


def test_there_are_seven_operations_of_a_portal():
    assert len(PORTAL_OPERATIONS) == 7


@pytest.mark.parametrize("operation", PORTAL_OPERATIONS)
@pytest.mark.parametrize("who", ["stranger", "resident", "guest"])
def test_every_operation_answers_gone(api, retired, door, entry, alice, operation, who):
    if who == "guest":
        api.shows(guest_at(door))
    body = {"target_entity_id": entry.id, "mode": "video"} if operation == "start_portal_session" else None
    token = alice.key if who == "resident" else None
    assert api.refused(operation, retired.public_id, token=token, body=body) == (410, "gone")
    assert not Session.objects.exists() and not AccessLog.objects.exists() and pulses() == 0


def test_a_call_that_runs_already_goes_on(api, portal, visit, alice):
    Portal.objects.update(retired_at=timezone.now())
    api.ok("get_session", visit.id, token=visit.caller)
    api.ok("open_session", visit.id, token=visit.token(alice))
    assert pulses() == 1


def test_the_new_sticker_of_the_door_works(api, retired, door, alice):
    new = Portal.objects.create(door=door, name={"en": "Lobby"})
    api.ok("get_portal", new.public_id)
    api.ok("open_portal", new.public_id, token=alice.key)
    assert pulses() == 1
