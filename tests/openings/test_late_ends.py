"""An end that comes late, or never: how long a second tap waits for it, and what it may still change."""

import asyncio
import time
from datetime import timedelta
from hashlib import sha256

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from visitor_portal import middleware
from visitor_portal.openings import chores, ledger
from visitor_portal.openings.models import Opening
from visitor_portal.public_access import Denied, Unknown
from visitor_portal.public_access.wire import Opened

from .asking import Command, row, told

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_second_tap_does_not_wait_for_ever(settings):
    settings.OPEN_DEADLINE = 1
    command = Command(seconds=2)
    first = asyncio.create_task(ledger.once("tap", command))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    second = await ledger.once("tap", command)
    assert (second.state, second.is_over) == ("sent", False)
    assert time.monotonic() - began < 1 + middleware.MARGIN  # which is what the page has
    assert (await first).state == "confirmed"


@pytest.mark.parametrize("seconds", [8, 60])
async def test_a_tap_that_should_have_had_its_end_long_ago_is_not_waited_for(seconds):
    await Opening.objects.acreate(key_hash=sha256(b"tap").hexdigest(), state="sent")
    await Opening.objects.aupdate(at=timezone.now() - timedelta(seconds=seconds))
    began = time.monotonic()
    assert not (await ledger.once("tap", Command())).is_over
    assert time.monotonic() - began < 1


async def test_a_clock_that_is_behind_makes_nobody_wait_longer(settings):
    settings.OPEN_DEADLINE = 1
    await Opening.objects.acreate(key_hash=sha256(b"tap").hexdigest(), state="sent")
    await Opening.objects.aupdate(at=timezone.now() + timedelta(hours=1))
    began = time.monotonic()
    assert not (await ledger.once("tap", Command())).is_over
    assert time.monotonic() - began < 1 + middleware.MARGIN


# -- what is known by then

KNOWN = (told("confirmed", True), told("refused"), Denied(403, "wrong_role"))
DOUBTS = (told("unknown"), Unknown("timeout"), ValueError())


async def late(outcome: Opened | BaseException, closed: str) -> Opening:
    """A command that takes so long that the row has this end by the time it comes."""

    async def command(key: str) -> Opened:
        await Opening.objects.aupdate(state=closed, code="", closed_at=timezone.now())
        return await Command(outcome)(key)

    opening = await ledger.once("tap", command)
    kept = await row()
    shown = ("state", "code", "seen_open", "milliseconds", "closed_at")
    assert [getattr(opening, name) for name in shown] == [getattr(kept, name) for name in shown]
    return opening


@pytest.mark.parametrize("outcome", KNOWN, ids=repr)
async def test_whoever_knows_takes_the_place_of_a_doubt(outcome):
    opening = await late(outcome, "unknown")
    assert opening.state == ("confirmed" if outcome is KNOWN[0] else "refused")
    assert opening.milliseconds is not None


@pytest.mark.parametrize("outcome", DOUBTS, ids=repr)
@pytest.mark.parametrize("closed", ["confirmed", "refused", "unknown"])
async def test_a_doubt_takes_the_place_of_no_end(closed, outcome):
    opening = await late(outcome, closed)
    assert (opening.state, opening.code, opening.milliseconds) == (closed, "", None)


@pytest.mark.parametrize("closed", ["confirmed", "refused"])
@pytest.mark.parametrize("outcome", KNOWN, ids=repr)
async def test_what_was_known_is_not_unsaid(closed, outcome):
    opening = await late(outcome, closed)
    assert (opening.state, opening.code, opening.milliseconds) == (closed, "", None)


async def test_the_chore_leaves_every_end_as_it_is():
    for state in ("confirmed", "refused", "unknown"):
        await Opening.objects.acreate(key_hash=state, state=state, closed_at=timezone.now())
    await sync_to_async(chores.close_openings)(timezone.now() + timedelta(hours=1))
    assert [o.key_hash == o.state async for o in Opening.objects.all()] == [True] * 3
