"""PeerJS signalling: between the two sides of one session, and nobody else."""

import json
import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home, tap
from tests.sockets import socket
from visitor_portal.building.models import Entry, Portal, Session


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person, bob: Person) -> str:
    return str(call(visitor, portal, entry)["Location"])


@pytest.fixture
def answered(visit: str, alice: Person) -> Client:
    """Alice's browser, after her answer."""
    browser = home(alice.key)
    tap(browser, visit, "answer")
    return browser


def told(browser: Client, visit: str, role: str) -> dict[str, str]:
    """What the page tells the PeerJS client."""
    page = browser.get(f"{visit}?as={role}").content.decode()
    return {name: re.search(f'data-{name}="([^"]*)"', page)[1] for name in ("peer-id", "other-id", "token")}  # type: ignore[index]


def peer(browser: Client | None, config: dict[str, str], **other: str) -> WebsocketCommunicator:
    said = {"id": config["peer-id"], "token": config["token"], **other}
    return socket(browser, f"/peerjs?key=peerjs&id={said['id']}&token={said['token']}&version=1.5.5")


async def joined(browser: Client, config: dict[str, str]) -> WebsocketCommunicator:
    live = peer(browser, config)
    assert (await live.connect())[0]
    assert await heard(live) == {"type": "OPEN"}
    return live


async def heard(live: WebsocketCommunicator, seconds: float = 3) -> Any:
    return json.loads(await live.receive_from(seconds))


async def say(live: WebsocketCommunicator, **message: Any) -> None:
    await live.send_to(json.dumps(message))


async def both(visitor: Client, answered: Client, visit: str) -> list[WebsocketCommunicator]:
    configs = [
        await sync_to_async(told)(visitor, visit, "caller"),
        await sync_to_async(told)(answered, visit, "callee"),
    ]
    return [await joined(visitor, configs[0]), await joined(answered, configs[1])]


async def test_relays_both_ways(visitor: Client, answered: Client, visit: str) -> None:
    one, two = await both(visitor, answered, visit)
    session = await Session.objects.aget()
    await say(one, type="OFFER", dst=session.callee_peer_id, payload={"sdp": "x"})
    assert await heard(two) == {"type": "OFFER", "src": session.caller_peer_id, "payload": {"sdp": "x"}}
    await say(two, type="ANSWER", dst=session.caller_peer_id, payload={"sdp": "y"})
    assert await heard(one) == {"type": "ANSWER", "src": session.callee_peer_id, "payload": {"sdp": "y"}}


async def test_src_is_ours_to_say_and_dst_is_ignored(visitor: Client, answered: Client, visit: str) -> None:
    one, two = await both(visitor, answered, visit)
    await say(one, type="OFFER", src="somebody", dst="a-third-party", payload=1)
    assert (await heard(two))["src"] == (await Session.objects.aget()).caller_peer_id


async def test_keeps_what_was_said_before_the_other_came(visitor: Client, answered: Client, visit: str) -> None:
    one = await joined(visitor, await sync_to_async(told)(visitor, visit, "caller"))
    for number in range(3):
        await say(one, type="CANDIDATE", dst="x", payload=number)
    two = await joined(answered, await sync_to_async(told)(answered, visit, "callee"))
    assert [(await heard(two))["payload"] for _ in range(3)] == [0, 1, 2]


async def test_says_so_when_nobody_comes(visitor: Client, visit: str) -> None:
    config = await sync_to_async(told)(visitor, visit, "caller")
    one = await joined(visitor, config)
    await say(one, type="OFFER", dst=config["other-id"], payload=1)
    assert await heard(one, 7) == {"type": "EXPIRE", "src": config["other-id"]}


async def test_junk_reaches_nobody(visitor: Client, answered: Client, visit: str) -> None:
    one, two = await both(visitor, answered, visit)
    for junk in (
        "not json",
        "[]",
        "1",
        '{"type":"OPEN"}',
        '{"type":"HEARTBEAT"}',
        '{"type":["OFFER"]}',
        '{"type":"EXPIRE"}',
    ):
        await one.send_to(junk)
    assert await two.receive_nothing(0.3)


async def test_a_flood_is_cut(visitor: Client, answered: Client, visit: str) -> None:
    one, _two = await both(visitor, answered, visit)
    for _ in range(61):
        await say(one, type="HEARTBEAT")
    assert (await one.receive_output(3))["code"] == 1008


async def test_a_huge_message_is_cut(visitor: Client, answered: Client, visit: str) -> None:
    one, two = await both(visitor, answered, visit)
    await say(one, type="OFFER", payload="x" * 70_000)
    assert (await one.receive_output(3))["code"] == 1008
    assert await two.receive_nothing(0.2)


async def test_the_ticket_alone_opens_nothing(visitor: Client, visit: str) -> None:
    config = await sync_to_async(told)(visitor, visit, "caller")
    assert await peer(Client(), config).connect() == (False, 4403)


@pytest.mark.parametrize("wrong", [{"token": "forged"}, {"token": ""}, {"id": "p0123"}, {"id": ""}])
async def test_a_cookie_without_its_ticket_opens_nothing(visitor: Client, visit: str, wrong: dict[str, str]) -> None:
    config = await sync_to_async(told)(visitor, visit, "caller")
    assert await peer(visitor, config, **wrong).connect() == (False, 4403)


async def test_nobody_speaks_for_the_other_side(visitor: Client, answered: Client, visit: str) -> None:
    callee = await sync_to_async(told)(answered, visit, "callee")
    assert await peer(visitor, callee).connect() == (False, 4403)


async def test_before_the_answer_the_callees_id_is_nobodys(visit: str, alice: Person) -> None:
    browser = await sync_to_async(home)(alice.key)
    live = peer(browser, await sync_to_async(told)(browser, visit, "callee"))
    await live.connect()
    assert (await heard(live))["type"] == "ID-TAKEN"


async def test_who_lost_the_race_does_not_get_the_id(answered: Client, visit: str, bob: Person) -> None:
    loser = await sync_to_async(home)(bob.key)
    live = peer(loser, await sync_to_async(told)(loser, visit, "callee"))
    await live.connect()
    assert (await heard(live))["type"] == "ID-TAKEN"
    assert (await live.receive_output())["code"] == 4403


async def test_a_reload_takes_the_place_of_the_old_socket(visitor: Client, answered: Client, visit: str) -> None:
    old, two = await both(visitor, answered, visit)
    new = await joined(visitor, await sync_to_async(told)(visitor, visit, "caller"))
    assert (await old.receive_output(3))["code"] == 4409
    await old.disconnect()
    await say(two, type="ANSWER", payload="again")
    assert (await heard(new))["payload"] == "again"


async def test_after_the_end_nobody_gets_in(visitor: Client, answered: Client, visit: str) -> None:
    config = await sync_to_async(told)(visitor, visit, "caller")
    await sync_to_async(tap)(visitor, visit, "cancel")
    live = peer(visitor, config)
    await live.connect()
    assert (await heard(live))["type"] == "ID-TAKEN"
