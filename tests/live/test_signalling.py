"""PeerJS signalling: between the two sides of one session, and nobody else."""

import asyncio
import re

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from tests.conftest import Person
from tests.live.peerjs import SDP, answer, candidate, offer
from tests.pages import call, home, tap
from tests.sockets import closed, heard, refused, say, socket
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
    await asyncio.sleep(0.05)  # for the sides to hear of each other
    return live


class Sides:
    """The caller and the callee, each with what its page told it."""

    def __init__(self, visitor: Client, resident: Client, visit: str) -> None:
        self.browsers, self.visit = {"caller": visitor, "callee": resident}, visit

    async def config(self, role: str) -> dict[str, str]:
        return await sync_to_async(told)(self.browsers[role], self.visit, role)

    async def join(self, role: str) -> WebsocketCommunicator:
        return await joined(self.browsers[role], await self.config(role))

    async def both(self) -> tuple[WebsocketCommunicator, WebsocketCommunicator]:
        return await self.join("caller"), await self.join("callee")

    async def ids(self) -> tuple[str, str]:
        session = await Session.objects.aget()
        return session.caller_peer_id, session.callee_peer_id


@pytest.fixture
def sides(visitor: Client, answered: Client, visit: str) -> Sides:
    return Sides(visitor, answered, visit)


@pytest.fixture
def ringing(visitor: Client, visit: str, alice: Person) -> Sides:
    """Nobody answered yet."""
    return Sides(visitor, home(alice.key), visit)


async def test_relays_both_ways(sides: Sides) -> None:
    one, two = await sides.both()
    caller, callee = await sides.ids()
    await say(one, offer(dst=callee))
    assert await heard(two) == {"type": "OFFER", "src": caller, "payload": offer()["payload"]}
    await say(two, answer(dst=caller), {"type": "LEAVE", "dst": caller})
    assert await heard(one) == {"type": "ANSWER", "src": callee, "payload": answer()["payload"]}
    assert await heard(one) == {"type": "LEAVE", "src": callee, "payload": None}


async def test_src_is_ours_to_say(sides: Sides) -> None:
    one, two = await sides.both()
    caller, callee = await sides.ids()
    await say(one, {**offer(dst=callee), "src": "somebody"})
    assert (await heard(two))["src"] == caller


async def test_junk_and_what_is_for_others_reach_nobody(sides: Sides) -> None:
    one, two = await sides.both()
    _, callee = await sides.ids()
    for junk in ("not json", "[]", '{"type":"HEARTBEAT"}', "[" * 60_000):
        await one.send_to(junk)
    await say(one, offer(dst="a-third-party"), offer(dst=callee, sdp="garbage"), {**offer(), "dst": None})
    assert await two.receive_nothing(0.3)
    await say(one, offer(dst=callee))
    assert (await heard(two))["type"] == "OFFER"


async def test_keeps_what_is_said_while_it_rings_until_the_callee_comes(ringing: Sides) -> None:
    one, (_, callee) = await ringing.join("caller"), await ringing.ids()
    await say(one, offer("old", dst=callee), candidate("old", dst=callee))
    await say(
        one, offer("new", dst=callee), *[candidate("new", dst=callee, line=f"candidate:{n}") for n in range(50)]
    )
    assert await one.receive_nothing(5.5)  # nobody is impatient while it rings
    await sync_to_async(tap)(ringing.browsers["callee"], ringing.visit, "answer")
    two = await ringing.join("callee")
    said = [await heard(two) for _ in range(51)]
    assert said[0]["payload"] == offer("new")["payload"]
    lines = [message["payload"]["candidate"]["candidate"] for message in said[1:]]
    assert lines == [f"candidate:{n}" for n in range(50)]
    assert await one.receive_nothing(0.2)


async def test_says_so_when_nobody_comes_after_the_answer(ringing: Sides) -> None:
    one, (_, callee) = await ringing.join("caller"), await ringing.ids()
    await say(one, offer(dst=callee))
    await sync_to_async(tap)(ringing.browsers["callee"], ringing.visit, "answer")
    assert await heard(one, 7) == {"type": "EXPIRE", "src": callee}


async def test_a_flood_is_cut(sides: Sides) -> None:
    one, _two = await sides.both()
    await say(one, *[{"type": "HEARTBEAT"}] * 100)
    assert await closed(one) == 1008


async def test_few_of_the_longest_are_a_flood_too(sides: Sides) -> None:
    one, _two = await sides.both()
    _, callee = await sides.ids()
    await say(one, *[offer(dst=callee, sdp=SDP + "a" * 60_000)] * 6)
    assert await closed(one) == 1008


@pytest.mark.parametrize(("text", "data", "code"), [("x" * 65_537, None, 1009), (None, b"x", 1003)])
async def test_what_is_too_long_or_no_text_is_cut(
    sides: Sides, text: str | None, data: bytes | None, code: int
) -> None:
    one, two = await sides.both()
    await one.send_to(text_data=text, bytes_data=data)
    assert await closed(one) == code
    assert await two.receive_nothing(0.2)


async def test_the_ticket_alone_opens_nothing(ringing: Sides) -> None:
    assert await refused(peer(Client(), await ringing.config("caller"))) == 4403


@pytest.mark.parametrize("wrong", [{"token": "forged"}, {"token": ""}, {"id": "p0123"}, {"id": ""}])
async def test_a_cookie_without_its_ticket_opens_nothing(ringing: Sides, wrong: dict[str, str]) -> None:
    assert await refused(peer(ringing.browsers["caller"], await ringing.config("caller"), **wrong)) == 4403


async def test_nobody_speaks_for_the_other_side(sides: Sides) -> None:
    assert await refused(peer(sides.browsers["caller"], await sides.config("callee"))) == 4403


async def is_taken(browser: Client, config: dict[str, str]) -> bool:
    live = peer(browser, config)
    assert (await live.connect())[0]
    said = await heard(live)
    return bool(said["type"] == "ID-TAKEN" and await closed(live) == 4403)


async def test_before_the_answer_the_callees_id_is_nobodys(ringing: Sides) -> None:
    assert await is_taken(ringing.browsers["callee"], await ringing.config("callee"))


async def test_who_lost_the_race_does_not_get_the_id(answered: Client, visit: str, bob: Person) -> None:
    loser = await sync_to_async(home)(bob.key)
    assert await is_taken(loser, await sync_to_async(told)(loser, visit, "callee"))


async def test_after_the_end_nobody_gets_in(sides: Sides) -> None:
    config = await sides.config("caller")
    await sync_to_async(tap)(sides.browsers["caller"], sides.visit, "cancel")
    assert await is_taken(sides.browsers["caller"], config)


@pytest.mark.parametrize(("who", "action"), [("caller", "cancel"), ("callee", "decline")])
async def test_the_end_of_the_visit_ends_both_sides(sides: Sides, who: str, action: str) -> None:
    both = await sides.both()
    await sync_to_async(tap)(sides.browsers[who], sides.visit, action)
    assert [await closed(side) for side in both] == [4403, 4403]


async def test_an_open_door_ends_nobodys_talk(sides: Sides) -> None:
    one, two = await sides.both()
    _, callee = await sides.ids()
    await sync_to_async(tap)(sides.browsers["callee"], sides.visit, "open")
    await say(one, offer(dst=callee))
    assert (await heard(two))["type"] == "OFFER"


async def test_the_role_is_asked_for_at_every_message(sides: Sides) -> None:
    """The visit ends behind everybody's back: no event tells of it."""
    one, two = await sides.both()
    _, callee = await sides.ids()
    await Session.objects.aupdate(state="cancelled")
    await asyncio.sleep(1.1)  # for as long as an answer may be kept
    await say(one, offer(dst=callee))
    assert await closed(one) == 4403
    assert await two.receive_nothing(0.2)


async def test_a_reload_takes_the_place_of_the_old_socket(sides: Sides) -> None:
    old, two = await sides.both()
    caller, _ = await sides.ids()
    new = await sides.join("caller")
    assert await closed(old) == 4409
    await old.disconnect()
    await say(two, answer(dst=caller))
    assert (await heard(new))["type"] == "ANSWER"


async def test_a_fourth_socket_of_one_holder_is_refused(sides: Sides) -> None:
    """Those that were replaced count until they are gone: nobody piles them up."""
    browser, config = sides.browsers["caller"], await sides.config("caller")
    first = [await joined(browser, config) for _ in range(3)]
    assert await refused(peer(browser, config)) == 4429
    await first[0].disconnect()
    await joined(browser, config)
