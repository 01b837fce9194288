"""The resident's open page rings by push."""

from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home
from tests.sockets import socket
from visitor_portal.building.models import Entry, Portal


async def opened(key: str) -> WebsocketCommunicator:
    live = socket(await sync_to_async(home)(key), "/ws/resident")
    assert (await live.connect())[0]
    return live


async def closed(live: WebsocketCommunicator) -> Any:
    return (await live.receive_output(3))["code"]


async def test_rings_at_once(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    live = await opened(alice.key)
    assert "Nobody is at the door." in await live.receive_from(3)
    await sync_to_async(call)(visitor, portal, entry)
    assert "Somebody is at the door" in await live.receive_from(3)
    await live.disconnect()


async def test_does_not_ring_for_others(
    visitor: Client, portal: Portal, entry: Entry, alice: Person, mallory: Person
) -> None:
    live = await opened(mallory.key)
    await live.receive_from(3)
    await sync_to_async(call)(visitor, portal, entry)
    assert await live.receive_nothing(0.4)
    await live.disconnect()


async def test_a_stranger_is_refused(alice: Person) -> None:
    live = socket(Client(), "/ws/resident")
    assert (await live.connect())[0]  # a browser is told why only by a socket that was open
    assert await closed(live) == 4403


async def test_a_link_that_is_no_longer_good_is_refused(alice: Person) -> None:
    browser = await sync_to_async(home)(alice.key)
    await alice.resident.adelete()
    live = socket(browser, "/ws/resident")
    assert (await live.connect())[0]
    assert await closed(live) == 4403


async def test_a_home_has_six_pages_at_most(alice: Person) -> None:
    six = [await opened(alice.key) for _ in range(6)]
    for live in six:
        await live.receive_from(3)
    assert await closed(await opened(alice.key)) == 4429
    await six[0].disconnect()
    assert "Nobody is at the door." in await (await opened(alice.key)).receive_from(3)


async def test_what_a_page_sends_is_not_kept_for_long(alice: Person) -> None:
    live = await opened(alice.key)
    await live.receive_from(3)
    await live.send_to("x" * 4096)
    assert await live.receive_nothing(0.2)
    await live.send_to("x" * 4097)
    assert await closed(live) == 1009
