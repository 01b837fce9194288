"""The resident's open page rings by push."""

from asgiref.sync import sync_to_async
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home
from tests.sockets import socket
from visitor_portal.building.models import Entry, Portal


async def test_rings_at_once(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    live = socket(await sync_to_async(home)(alice.key), "/ws/resident")
    assert (await live.connect())[0]
    assert "Nobody is at the door." in await live.receive_from(3)
    await sync_to_async(call)(visitor, portal, entry)
    assert "Somebody is at the door" in await live.receive_from(3)
    await live.disconnect()


async def test_does_not_ring_for_others(
    visitor: Client, portal: Portal, entry: Entry, alice: Person, mallory: Person
) -> None:
    live = socket(await sync_to_async(home)(mallory.key), "/ws/resident")
    await live.connect()
    await live.receive_from(3)
    await sync_to_async(call)(visitor, portal, entry)
    assert await live.receive_nothing(0.4)
    await live.disconnect()


async def test_a_stranger_is_refused(alice: Person) -> None:
    assert await socket(Client(), "/ws/resident").connect() == (False, 4403)
