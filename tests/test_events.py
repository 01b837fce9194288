"""What travels through the channel layer, and what happens when it is down."""

import asyncio
import time
from typing import Any

import pytest
from channels.layers import channel_layers
from hypothesis import given
from hypothesis import strategies as st

from visitor_portal import events


class Broken:
    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError("down")


class Hanging:
    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(60)


@pytest.fixture(params=[Broken, Hanging])
def layer(request: pytest.FixtureRequest) -> Any:
    before = channel_layers.set("default", request.param())
    yield
    channel_layers.set("default", before)


async def test_a_layer_that_is_down_costs_the_push_alone(layer: None) -> None:
    started = time.monotonic()
    assert not await events.send(events.session_group("x"), events.Changed(type="session.changed"))
    assert time.monotonic() - started < 2


@given(st.text(), st.text())
def test_group_names_are_legal_short_and_their_own(one: str, other: str) -> None:
    try:
        names = [events.session_group(one), events.session_group(other)]
    except UnicodeEncodeError:
        return  # a lone surrogate is no id, and never gets past an address
    assert all(name.isascii() and len(name) == 34 for name in names)
    assert (names[0] == names[1]) == (one == other)


def test_the_two_sides_and_the_kinds_never_share_a_group() -> None:
    session = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    groups = {
        events.session_group(session),
        events.resident_group(session),
        events.peer_group(session, "caller"),
        events.peer_group(session, "callee"),
    }
    assert len(groups) == 4
