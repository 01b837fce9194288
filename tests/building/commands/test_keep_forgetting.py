"""What the keeper forgets, and when: each thing as soon as nobody needs to know it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from tests.building.conftest import Visit, taken
from visitor_portal.building import chain, messages, scans
from visitor_portal.building.models import (
    Access,
    AccessDoor,
    AccessLog,
    Invite,
    Message,
    OpeningCount,
    OtpChallenge,
    Ring,
    Session,
    SpentScan,
)
from visitor_portal.openings.models import Opening

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def keep() -> None:
    call_command("keep", "--once")


def test_forgets_visits_and_their_words_after_a_month(clock, portal, entry, alice):
    visit = Visit(portal, entry)
    messages.write(visit.seat(), text="At the gate", now=NOON)
    clock.shift(30 * DAY)
    keep()
    assert (Session.objects.count(), Message.objects.count(), Ring.objects.count()) == (1, 1, 1)
    clock.shift(SECOND)
    keep()
    assert (Session.objects.count(), Message.objects.count(), Ring.objects.count()) == (0, 0, 0)


def test_forgets_the_log_after_ninety_days_and_keeps_its_counts(clock, door):
    taken(door, "sent", "confirmed")
    taken(door, "refused")
    clock.shift(90 * DAY)
    keep()
    assert AccessLog.objects.count() == 5
    clock.shift(DAY)
    taken(door, "sent")
    keep()
    assert [(row.sequence, row.state) for row in AccessLog.objects.order_by("sequence")] == [
        (6, "requested"),
        (7, "sent"),
    ]
    assert {row.state: row.count for row in OpeningCount.objects.filter(door=door.id)} == {
        "confirmed": 1,
        "refused": 1,
    }
    assert not chain.verify(door.building_id).fault


def test_forgets_an_invite_a_month_after_its_end(clock, building, door):
    over, lasting = (
        Access.objects.create(building=building, name=kind, kind=kind, valid_to=NOON)
        for kind in ("temporary", "permanent")
    )
    AccessDoor.objects.create(access=over, door=door)
    Invite.objects.create(access=over, token_hash="0" * 64)
    clock.shift(30 * DAY)
    keep()
    assert Invite.objects.count() == 1
    clock.shift(SECOND)
    keep()
    assert not Invite.objects.exists() and list(Access.objects.all()) == [lasting]


def test_forgets_spent_scans_codes_and_keys_when_they_can_prove_no_more(clock, building):
    access = Access.objects.create(building=building, name="Guest", kind="temporary", valid_to=NOON + 9 * DAY)
    invite = Invite.objects.create(access=access, token_hash="0" * 64)
    scans.spend("scan", now=NOON)
    OtpChallenge.objects.create(invite=invite, channel="sms", code_hash="", sent_at=NOON, expires_at=NOON)
    Opening.objects.create(key_hash="key", state="confirmed", closed_at=NOON)
    for after, left in ((HOUR, (1, 1, 1)), (HOUR + SECOND, (0, 1, 1)), (DAY, (0, 1, 1)), (DAY + SECOND, (0, 0, 0))):
        clock.move_to(NOON + after)
        keep()
        assert (SpentScan.objects.count(), OtpChallenge.objects.count(), Opening.objects.count()) == left
