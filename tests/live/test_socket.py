"""The one fragment, pushed."""

import httpx
import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home, tap
from tests.sockets import Deaf, socket
from visitor_portal import events, roles, upstream
from visitor_portal.building.models import Entry, Portal
from visitor_portal.live import truth
from visitor_portal.workers import Pages


class Counting(httpx.ASGITransport):
    """To the embedded building."""

    def __init__(self) -> None:
        super().__init__(app=Pages())
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return await super().handle_async_request(request)


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> str:
    return str(call(visitor, portal, entry)["Location"])


@pytest.fixture
def browser(alice: Person, visit: str) -> Client:
    """Alice's, with the visit open."""
    browser = home(alice.key)
    browser.get(f"{visit}?as=callee")
    return browser


def address(visit: str, role: str = "caller") -> str:
    return f"/ws/session/{visit.removeprefix('/s/')}?as={role}"


async def test_says_the_whole_state_at_connect(visitor: Client, visit: str) -> None:
    live = socket(visitor, address(visit))
    assert (await live.connect())[0]
    assert 'id="session-status"' in await live.receive_from()
    await live.disconnect()


async def test_pushes_a_change_to_both_sides(visitor: Client, browser: Client, visit: str) -> None:
    sides = [socket(visitor, address(visit)), socket(browser, address(visit, "callee"))]
    for side in sides:
        await side.connect()
        await side.receive_from()
    await sync_to_async(tap)(browser, visit, "answer")
    assert "answered" in await sides[0].receive_from(3)
    assert "You are talking" in await sides[1].receive_from(3)
    for side in sides:
        await side.disconnect()


async def test_without_the_layer_the_page_asks_and_with_it_the_socket_tells(visitor: Client, visit: str) -> None:
    before = channel_layers.set("default", Deaf())
    live = socket(visitor, address(visit))
    try:
        await live.connect()
        assert 'hx-trigger="every 2s' in await live.receive_from()
    finally:
        channel_layers.set("default", before)
    assert 'hx-trigger="every 15s' in await live.receive_from(3)  # unasked, when the layer is back
    await sync_to_async(tap)(visitor, visit, "cancel")
    assert "You ended the call" in await live.receive_from(3)
    await live.disconnect()


async def test_while_the_layer_works_nothing_is_asked(visitor: Client, visit: str) -> None:
    building = Counting()
    with upstream.through(building):
        live = socket(visitor, address(visit))
        await live.connect()
        assert 'hx-trigger="every 15s' in await live.receive_from()
        assert await live.receive_nothing(2.5)
        assert building.asked == 1
        await live.disconnect()


async def test_says_nothing_twice(visitor: Client, visit: str) -> None:
    live = socket(visitor, address(visit))
    await live.connect()
    await live.receive_from()
    await events.send(events.session_group(visit.removeprefix("/s/")), events.Changed(type="session.changed"))
    assert await live.receive_nothing(0.4)
    await live.disconnect()


@pytest.mark.parametrize("role", ["caller", "callee"])
async def test_a_stranger_is_refused(visit: str, role: str) -> None:
    live = socket(Client(), address(visit, role))
    await live.connect()  # a browser is told why only of a socket that was open
    assert await live.receive_output() == {"type": "websocket.close", "code": 4403}


async def test_a_foreign_page_is_refused(visitor: Client, visit: str) -> None:
    live = socket(visitor, address(visit), origin=b"https://evil.example")
    assert not (await live.connect())[0]


async def test_an_unknown_socket_is_refused(visitor: Client) -> None:
    assert not (await socket(visitor, "/ws/anything").connect())[0]


async def test_what_a_page_sends_changes_nothing(visitor: Client, visit: str) -> None:
    live = socket(visitor, address(visit))
    await live.connect()
    await live.receive_from()
    for text in ("{}", "not json", "x" * 4000):
        await live.send_to(text)
    assert await live.receive_nothing(0.2)
    await live.disconnect()


def test_group_names_hold_no_id(visit: str) -> None:
    session_id = visit.removeprefix("/s/")
    name = events.session_group(session_id)
    assert session_id not in name and len(name) == 34


async def test_what_changed_before_the_socket_came_is_shown_by_it(
    visitor: Client, browser: Client, visit: str
) -> None:
    """Also in the second in which the answer to the page before it would still serve."""
    role = roles.held({name: morsel.value for name, morsel in visitor.cookies.items()}, "caller", visit[3:])
    assert role and (await truth.read(role)).state == "pending"
    await sync_to_async(tap)(browser, visit, "answer")
    truth_of_before = (await truth.read(role)).state
    live = socket(visitor, address(visit))
    await live.connect()
    assert truth_of_before == "pending" and "answered" in await live.receive_from()
    await live.disconnect()
