"""One watcher for each session: who asks a remote upstream, how often, for whom and until when."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.http import HttpResponse
from django.test import Client

from tests.sockets import Deaf, socket
from tests.thorough import rather
from visitor_portal import roles
from visitor_portal.live import watcher
from visitor_portal.public_access.wire import FINAL_STATES
from visitor_portal.roles import Role

from .remote import CALLEE, CALLER, SESSION, Remote, remote

Sockets = Callable[..., Any]


@pytest.fixture
async def building() -> AsyncIterator[Remote]:
    async with remote() as building:
        yield building


@pytest.fixture
async def opened(building: Remote) -> AsyncIterator[Sockets]:
    """Opens a socket as this role; by its end it was told the whole state once."""
    sockets = []

    async def take(role: Role) -> WebsocketCommunicator:
        phone = Client()
        phone.cookies = roles.give(HttpResponse(), role, {}).cookies
        sockets.append(socket(phone, f"/ws/session/{SESSION}?as={role.name}"))
        await sockets[-1].connect()
        return sockets[-1]

    yield take
    for one in sockets:
        with suppress(asyncio.CancelledError):
            await one.disconnect()


async def shown(live: WebsocketCommunicator, seconds: float = 5) -> tuple[str, str]:
    """State and seconds between two polls of the next fragment."""
    fragment = await live.receive_from(seconds)
    found = re.search(r'data-state="(\w+)".*?(?:hx-trigger="every (\d+)s|>)', fragment)
    assert found
    return found[1], found[2] or ""


async def reads_in(building: Remote, seconds: float) -> int:
    before = building.reads
    await asyncio.sleep(seconds)
    return building.reads - before


@pytest.mark.parametrize("number", [1, 6, 50])
async def test_asks_once_a_second_whoever_looks(building: Remote, opened: Sockets, number: int) -> None:
    residents = [Role("callee", SESSION, f"callee-{n}") for n in range(number // 3)]
    for n in range(number):
        await shown(await opened(([CALLER, *residents])[n % (len(residents) + 1)]))
    await asyncio.sleep(0.3)
    building.most_under_way = 0
    assert 3 <= await reads_in(building, 4) <= 5
    assert building.most_under_way == 1


async def test_asks_every_two_seconds_while_they_talk(building: Remote, opened: Sockets) -> None:
    building.state = "active"
    await shown(await opened(CALLER))
    assert 2 <= await reads_in(building, 5) <= 4


async def test_an_upstream_that_takes_its_time_has_one_question_at_a_time(building: Remote, opened: Sockets) -> None:
    live = await opened(CALLER)
    await shown(live)
    building.slow.clear()
    assert await reads_in(building, 3) == 1
    building.slow.set()


async def test_a_change_is_pushed_to_every_side(building: Remote, opened: Sockets) -> None:
    sides = [await opened(CALLER), await opened(CALLER), await opened(CALLEE)]
    assert [await shown(side) for side in sides] == [("ringing", "15")] * 3
    building.state = "active"
    assert [await shown(side, 2) for side in sides] == [("active", "15")] * 3
    assert [await side.receive_nothing(0.2) for side in sides] == [True] * 3


async def test_a_change_of_a_ring_costs_no_more_in_a_large_household(building: Remote, opened: Sockets) -> None:
    residents = [Role("callee", SESSION, f"callee-{n}") for n in range(5)]
    sides = [await opened(role) for role in (CALLER, *residents)]
    for side in sides:
        await shown(side)
    building.asked.clear()
    building.more = {"ring": {"devices": 1, "sent": 0, "shown": 1, "opened": 0}}
    assert [await shown(side, 3) for side in sides] == [("ringing", "15")] * 6
    # The process that polls hears its own event, too, and looks once more.
    assert sum(secret.startswith("callee") for _, secret in building.asked) <= 2


async def test_the_role_is_asked_for_at_every_change(
    building: Remote, opened: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = await opened(CALLEE)
    await shown(live)
    monkeypatch.setattr(roles, "SESSION_AGE", -1)  # the cookie is too old by now
    building.state = "active"
    assert (await live.receive_output(3))["code"] == 4403


async def test_a_change_during_the_first_look_is_not_missed(building: Remote, opened: Sockets) -> None:
    building.slow.clear()
    live = await opened(CALLER)
    await asyncio.sleep(0.1)
    building.state = "active"
    building.slow.set()
    assert (await shown(live))[0] == "ringing"  # what it asked for before the change
    assert (await shown(live, 2))[0] == "active"


@pytest.mark.parametrize("state", rather(["accepted", "declined"], list(FINAL_STATES)))
async def test_stops_at_the_first_final_state(building: Remote, opened: Sockets, state: str) -> None:
    live = await opened(CALLER)
    await shown(live)
    building.state = state
    assert await shown(live, 2) == (state, "")
    assert await reads_in(building, 2.5) == 0


async def test_stops_when_its_time_is_over_and_leaves_the_rest_to_the_page(building: Remote, opened: Sockets) -> None:
    building.expires_at = datetime.now(UTC) + timedelta(seconds=1.5)
    live = await opened(CALLER)
    assert await shown(live) == ("ringing", "15")
    assert await shown(live, 2.5) == ("ringing", "2")
    assert await reads_in(building, 2.5) == 0


async def test_stops_when_the_last_listener_is_gone(
    building: Remote, opened: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LINGER", 1.5)
    one, two = await opened(CALLER), await opened(CALLEE)
    await one.disconnect()
    assert await reads_in(building, 2.5) >= 2
    await two.disconnect()
    assert await reads_in(building, 1.4) >= 1
    await asyncio.sleep(0.3)
    assert not watcher._watchers()
    assert await reads_in(building, 2) == 0


async def test_who_comes_back_soon_finds_it_still_there(
    building: Remote, opened: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LINGER", 0.5)
    await (await opened(CALLER)).disconnect()
    found = watcher.watcher_of(SESSION)
    await opened(CALLER)
    await asyncio.sleep(0.8)
    assert watcher.watcher_of(SESSION) is found


async def test_when_one_secret_is_refused_another_listeners_is_used(building: Remote, opened: Sockets) -> None:
    visitor, resident = await opened(CALLER), await opened(CALLEE)
    await shown(visitor)
    await shown(resident)
    building.refused = {CALLER.secret}
    assert (await visitor.receive_output(3))["code"] == 4403
    building.state = "active"
    assert (await shown(resident, 3))[0] == "active"


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "visitor_portal.live.trouble"]


@pytest.mark.parametrize("failing", rather([503], [503, 500, -1]))
async def test_a_failure_is_logged_once_and_the_recovery_once(
    building: Remote, opened: Sockets, failing: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live = await opened(CALLER)
    await shown(live)
    building.failing = failing
    await asyncio.sleep(4)  # for two tries at least
    building.failing, building.state = 0, "active"
    assert (await shown(live, 6))[0] == "active"
    assert [level for level, _ in lines(caplog)] == ["WARNING", "INFO"]
    assert SESSION not in caplog.text


async def test_after_errors_it_asks_less_often(building: Remote, opened: Sockets) -> None:
    await shown(await opened(CALLER))
    building.failing = 500
    await asyncio.sleep(8.5)
    pauses = [after - before for before, after in zip(building.at, building.at[1:], strict=False)]
    assert pauses == sorted(pauses) and pauses[-1] > 3


async def test_a_wish_to_be_left_alone_is_heard(building: Remote, opened: Sockets) -> None:
    await shown(await opened(CALLER))
    building.failing, building.headers = 429, {"Retry-After": "20"}
    await asyncio.sleep(1.5)
    assert await reads_in(building, 4) == 0


async def test_a_layer_that_is_down_costs_the_sockets_nothing(building: Remote, opened: Sockets) -> None:
    before = channel_layers.set("default", Deaf())
    try:
        live = await opened(CALLER)
        assert await shown(live) == ("ringing", "15")  # this very process asks, and tells its own
        await asyncio.sleep(0.3)
        building.state = "active"
        assert await shown(live, 3) == ("active", "15")
    finally:
        channel_layers.set("default", before)
