"""One tap, one command: what is written down, and when."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.db.models.signals import post_save
from django.utils import timezone

from visitor_portal import upstream
from visitor_portal.openings import chores, ledger
from visitor_portal.openings.models import Opening
from visitor_portal.public_access import (
    BadAnswer,
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotFound,
    NotOffered,
    PublicAccessError,
    Refused,
    TooSoon,
    Unknown,
    Unreachable,
)
from visitor_portal.public_access.wire import Opened
from visitor_portal.public_access.wire import Opening as Told

from .asking import Command, row, told

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_row_is_committed_before_anything_is_sent():
    seen: list[tuple] = []

    def look() -> None:
        seen.extend(Opening.objects.values_list("state", "closed_at"))
        connections.close_all()

    async def command(key: str) -> Opened:
        await sync_to_async(look, thread_sensitive=False)()  # on a connection of its own
        return Opened()

    await ledger.once("tap", command)
    assert seen == [("sent", None)]


async def test_the_command_gets_the_key_and_the_row_keeps_its_hash_alone():
    command = Command()
    await ledger.once("tap-secret", command)
    assert command.keys == ["tap-secret"]
    assert "tap-secret" not in repr(await Opening.objects.values().aget())


async def test_says_how_long_it_took():
    opening = await ledger.once("tap", Command(seconds=0.2))
    assert opening.milliseconds is not None and 200 <= opening.milliseconds < 10_000
    assert opening.closed_at is not None
    assert timezone.now() - opening.closed_at < timedelta(minutes=1)


@pytest.mark.parametrize("seen_open", [True, False, None])
@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("confirmed", "confirmed"),
        ("refused", "refused"),
        ("unknown", "unknown"),
        ("requested", "unknown"),
        ("sent", "unknown"),
        ("opened!", "unknown"),
    ],
)
async def test_an_answer_is_an_end_only_when_it_says_so(said, state, seen_open):
    opening = await ledger.once("tap", Command(told(said, seen_open)))
    assert (opening.state, opening.seen_open, opening.is_over) == (state, seen_open, True)


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (Unreachable("no connection"), "refused", "not_sent"),
        (Unknown("timeout"), "unknown", ""),
        (Unknown("answered 503", status=503, code="door_unreachable", opening=Told("unknown")), "unknown", ""),
        (BadAnswer("not JSON"), "unknown", ""),
        (PublicAccessError("something new"), "unknown", ""),
        (Denied(403, "wrong_role"), "refused", "wrong_role"),
        (Denied(401, "invalid_token"), "refused", "invalid_token"),
        (NotFound(404, "not_found"), "refused", "not_found"),
        (NotOffered(405), "refused", ""),
        (Gone(410, "gone"), "refused", "gone"),
        (Conflict(409, "session_over"), "refused", "session_over"),
        (Invalid(400, "invalid_request"), "refused", "invalid_request"),
        (TooSoon(429, "provider_open_rate_limited", retry_after=3), "refused", "provider_open_rate_limited"),
        (Refused(503, "door_unreachable", opening=Told("refused")), "refused", "door_unreachable"),
        (Refused(409, "odd", opening=Told("unknown")), "unknown", "odd"),
        (Refused(409, "odd", opening=Told("sent")), "unknown", "odd"),
        (Refused(409, "odd", opening=Told("confirmed")), "unknown", "odd"),
    ],
    ids=repr,
)
async def test_each_error_means_one_end(error, state, code):
    opening = await ledger.once("tap", Command(error))
    assert (opening.state, opening.code, opening.seen_open) == (state, code, None)
    assert opening.closed_at is not None
    assert opening.retry_after == getattr(error, "retry_after", None)
    assert await row() == opening


@pytest.mark.parametrize(
    "fault", [ValueError("tap"), KeyError("x"), TimeoutError(), RuntimeError(), RecursionError()]
)
async def test_something_foreign_leaves_unknown(fault):
    opening = await ledger.once("tap", Command(fault))
    assert (opening.state, opening.code) == ("unknown", "fault")
    assert (await row()).is_over


@pytest.mark.parametrize(
    "outcome", [None, told("refused"), Unreachable("no"), Unknown("timeout"), Denied(403, "wrong_role"), ValueError()]
)
async def test_the_same_key_again_is_the_same_row_and_sends_nothing(outcome):
    command = Command(outcome)
    first = await ledger.once("tap", command)
    again = await ledger.once("tap", command)
    assert len(command.keys) == 1
    shown = ("key_hash", "state", "code", "retry_after", "seen_open", "milliseconds", "closed_at")
    assert [getattr(again, name) for name in shown] == [getattr(first, name) for name in shown]


async def test_another_key_is_another_command():
    command = Command()
    await ledger.once("tap", command)
    await ledger.once("another tap", command)
    assert command.keys == ["tap", "another tap"]
    assert await Opening.objects.acount() == 2


async def test_a_second_tap_waits_for_the_end_of_the_first():
    command = Command(told("confirmed", True), seconds=0.5)
    first = asyncio.create_task(ledger.once("tap", command))
    await asyncio.sleep(0.1)
    second = await ledger.once("tap", command)
    assert (second.state, second.seen_open) == ("confirmed", True)
    assert (await first).closed_at == second.closed_at
    assert command.keys == ["tap"]


async def test_ten_taps_at_once_are_one_command():
    command = Command(seconds=0.3)
    openings = await asyncio.gather(*[ledger.once("tap", command) for _ in range(10)])
    assert command.keys == ["tap"]
    assert {opening.state for opening in openings} == {"confirmed"}


async def test_a_phone_that_goes_away_does_not_stop_the_command():
    command = Command(told("confirmed", True), seconds=0.4)
    request = asyncio.create_task(upstream.finish(ledger.once("tap", command)))
    await asyncio.sleep(0.2)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await asyncio.gather(*upstream.running)
    assert (command.keys, (await row()).state) == (["tap"], "confirmed")


async def test_a_phone_that_comes_back_learns_the_true_end():
    command = Command(told("confirmed", True), seconds=0.4)
    request = asyncio.create_task(upstream.finish(ledger.once("tap", command)))
    await asyncio.sleep(0.2)
    request.cancel()
    again = await upstream.finish(ledger.once("tap", command))
    assert (command.keys, again.state) == (["tap"], "confirmed")


async def test_a_command_that_was_cut_off_is_not_sent_again():
    command = Command(seconds=5)
    task = asyncio.create_task(ledger.once("tap", command))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await row()).state == "sent"
    second = asyncio.create_task(ledger.once("tap", command))
    await asyncio.sleep(0.2)
    second.cancel()
    assert command.keys == ["tap"]


@pytest.fixture
def stood_still() -> Iterator[None]:
    """Between writing its row down and sending, a process sleeps until the chore has closed the row."""

    def sleep(sender: object, created: bool, **_: object) -> None:
        if created:
            chores.close_openings(timezone.now() + timedelta(hours=1))

    post_save.connect(sleep, Opening)
    yield
    post_save.disconnect(sleep, Opening)


async def test_what_was_closed_as_not_sent_meanwhile_is_not_sent(stood_still):
    command = Command(told("confirmed", True))
    opening = await ledger.once("tap", command)
    assert command.keys == []
    assert (opening.state, opening.code, opening.milliseconds) == ("refused", "not_sent", None)
    assert await row() == opening and (await row()).state == "refused"
