"""One request for all who ask as the same role at about the same time, and none that is older than a change."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from visitor_portal.live import truth
from visitor_portal.public_access import Denied, PublicAccessError, Unreachable

from .remote import CALLEE, CALLER, SESSION, Remote, remote


@pytest.fixture
async def building() -> AsyncIterator[Remote]:
    async with remote() as building:
        yield building


async def test_fifty_who_ask_at_once_cost_one_request(building: Remote) -> None:
    found = await asyncio.gather(*(truth.read(CALLER) for _ in range(50)))
    assert {session.state for session in found} == {"ringing"} and building.reads == 1


async def test_an_answer_serves_for_a_second(building: Remote) -> None:
    for _ in range(5):
        await truth.read(CALLER)
    assert building.reads == 1
    await asyncio.sleep(truth.KEPT + 0.05)
    await truth.read(CALLER)
    assert building.reads == 2


async def test_nothing_is_kept_for_longer(building: Remote) -> None:
    await asyncio.gather(truth.read(CALLER), truth.read(CALLEE))
    assert truth._memory().sessions
    await asyncio.sleep(truth.KEPT + 0.05)
    assert not truth._memory().sessions


async def test_each_role_sees_its_own(building: Remote) -> None:
    roles = [(await truth.read(role)).role for role in (CALLER, CALLEE, CALLER)]
    assert roles == ["caller", "callee", "caller"] and building.reads == 2


async def test_after_a_change_the_answer_of_before_serves_nobody(building: Remote) -> None:
    await truth.read(CALLER)
    building.state = "active"
    truth.forget(SESSION)
    assert (await truth.read(CALLER)).state == "active"


async def test_nor_does_the_one_that_was_under_way(building: Remote) -> None:
    building.slow.clear()
    early = asyncio.create_task(truth.read(CALLER))
    await asyncio.sleep(0.05)
    building.state = "active"
    truth.forget(SESSION)
    late = [asyncio.create_task(truth.read(CALLER)) for _ in range(5)]
    await asyncio.sleep(0.05)
    building.slow.set()
    assert [(await task).state for task in (early, *late)] == ["ringing"] + ["active"] * 5
    assert (await truth.read(CALLER)).state == "active" and building.reads == 2


async def test_who_has_just_changed_something_is_told_what_is_now(building: Remote) -> None:
    await truth.read(CALLER)
    building.state = "cancelled"
    assert (await truth.read_anew(CALLER)).state == "cancelled"
    assert (await truth.read(CALLER)).state == "cancelled" and building.reads == 2


async def test_a_failure_is_everybodys_and_is_not_kept(building: Remote) -> None:
    building.failing = -1
    failures = await asyncio.gather(*(truth.read(CALLER) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(failure, Unreachable) for failure in failures)
    building.failing = 0
    assert (await truth.read(CALLER)).state == "ringing"


async def test_a_refusal_is_not_kept(building: Remote) -> None:
    building.refused = {CALLER.secret}
    with pytest.raises(Denied):
        await truth.read(CALLER)
    building.refused = set()
    assert (await truth.read(CALLER)).state == "ringing"


async def test_who_hangs_up_takes_the_answer_from_nobody(building: Remote) -> None:
    building.slow.clear()
    first, second = (asyncio.create_task(truth.read(CALLER)) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    building.slow.set()
    assert (await second).state == "ringing" and building.reads == 1


@pytest.mark.parametrize("state", ["active", "accepted"])
async def test_cameras_are_asked_for_once(building: Remote, state: str) -> None:
    building.state = state
    for _ in range(3):
        assert (await truth.streams(CALLEE)).device_ids == ("front",)
        truth.forget(SESSION)
    assert [name for name, _ in building.asked].count("streams") == 1


@pytest.mark.parametrize("more", [{"state": "ringing"}, {"state": "declined"}, {"answered_by": "Bob"}])
async def test_cameras_are_for_who_answered_and_while_it_lasts(building: Remote, more: dict[str, str]) -> None:
    building.state, building.more = "active", more
    assert (await truth.streams(CALLEE)).device_ids == ()
    assert "streams" not in [name for name, _ in building.asked]


async def test_cameras_that_could_not_be_asked_for_are_asked_for_again(building: Remote) -> None:
    building.state = "active"
    await truth.read(CALLEE)
    building.failing = 500
    with pytest.raises(PublicAccessError):
        await truth.streams(CALLEE)
    building.failing = 404
    assert (await truth.streams(CALLEE)).device_ids == ()


async def test_who_changed_nothing_does_not_wait_for_who_asks_anew(building: Remote) -> None:
    await truth.read(CALLER)
    building.slow.clear()
    anew = asyncio.create_task(truth.read_anew(CALLER))
    await asyncio.sleep(0.05)
    assert (await asyncio.wait_for(truth.read(CALLER), 0.1)).state == "ringing"
    building.slow.set()
    await anew


async def test_what_was_asked_anew_before_a_change_is_not_kept(building: Remote) -> None:
    building.slow.clear()
    anew = asyncio.create_task(truth.read_anew(CALLER))
    await asyncio.sleep(0.05)
    truth.forget(SESSION)
    building.state = "active"
    building.slow.set()
    assert (await anew).state == "ringing" and (await truth.read(CALLER)).state == "active"


async def test_a_refusal_that_was_asked_anew_is_not_kept(building: Remote) -> None:
    building.refused = {CALLER.secret}
    with pytest.raises(Denied):
        await truth.read_anew(CALLER)
    building.refused = set()
    assert (await truth.read(CALLER)).state == "ringing"
    await asyncio.sleep(truth.KEPT + 0.05)
    assert not truth._memory().sessions
