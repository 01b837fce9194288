"""Who gets which socket of a visit, when, and for how long: every role in every state, and with every message.

The status socket tells. The line is the signalling of a call, as one side of it. What a table does not name is closed
with 4403.
"""

from collections.abc import Callable
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.core import signing

from tests.building.conftest import WAYS, Visit, bring
from tests.conftest import Person
from tests.live.carrying import PEOPLE, Carried, around
from tests.live.peerjs import answer, candidate, offer
from tests.matrix import everything, named, rows
from tests.sockets import Deaf, closed, heard, say, socket
from visitor_portal.building.models import Building, Entry, Portal, Ring
from visitor_portal.building.telling import tell
from visitor_portal.live import peers
from visitor_portal.roles import Role, RoleName

SOCKETS = ("status", "caller", "callee")
# The call was answered, opened or declined by Alice, except where the column says Bob.
COMES = """
                 pending ringing active  active  accepted declined cancelled expired failed
                                 (alice) (bob)
status   caller  shown   shown   shown   shown   shown    shown    shown     shown   shown
status   alice   shown   shown   shown   shown   shown    shown    shown     shown   shown
status   bob     shown   shown   shown   shown   shown    shown    shown     shown   shown
caller   caller  open    open    open    open    open     4403     4403      4403    4403
callee   alice   4403    4403    open    4403    open     4403     4403      4403    4403
callee   bob     4403    4403    4403    open    4403     4403     4403      4403    4403
"""
# It was open before the visit went that way.
STAYS = """
                 pending ringing active  active  accepted declined cancelled expired failed
                                 (alice) (bob)
status   caller  open    shown   shown   shown   shown    shown    shown     shown   shown
status   alice   open    shown   shown   shown   shown    shown    shown     shown   shown
caller   caller  open    open    open    open    open     4403     4403      4403    4403
"""
ANSWERED = {"accepted": "open"} | dict.fromkeys(("declined", "cancelled", "expired", "failed"), "4403")
# What the other side hears of it. While it rings the callee hears it once she answered.
MESSAGES: dict[str, tuple[Callable[[str, str], dict[str, Any]], str, str]] = {
    "offer": (lambda me, other: offer(dst=other), "OFFER", "OFFER"),
    "answer": (lambda me, other: answer(dst=other), "ANSWER", "ANSWER"),
    "candidate": (lambda me, other: candidate(dst=other), "CANDIDATE", "CANDIDATE"),
    "leave": (lambda me, other: {"type": "LEAVE", "dst": other}, "LEAVE", ""),
    "heartbeat": (lambda me, other: {"type": "HEARTBEAT"}, "", ""),
    "offer to oneself": (lambda me, other: offer(dst=me), "", ""),
    "offer to a stranger": (lambda me, other: offer(dst="p" + "0" * 32), "", ""),
    "offer to nobody": (lambda me, other: {"type": "OFFER"}, "", ""),
    **{
        kind: (lambda me, other, kind=kind: offer(dst=other) | {"type": kind}, "", "")  # type: ignore[misc]
        for kind in ("OPEN", "ERROR", "EXPIRE", "ID-TAKEN", "INVALID-KEY", "accept", "")
    },
}


@pytest.fixture(autouse=True)
def quick(building: Building) -> None:
    Building.objects.update(min_interval_ms=0)


def made(visit: Visit, kind: str, carried: Carried) -> WebsocketCommunicator:
    """With the ticket that our own page would have made for this secret, even where no page of ours would."""
    if kind == "status":
        return socket(carried.browser, f"/ws/session/{visit.id}")
    name = cast(RoleName, kind)
    whose = carried.for_role(name) or Role("caller", visit.id, visit.caller)
    mine, other = visit.session.caller_peer_id, visit.session.callee_peer_id
    if name == "callee":
        mine, other = other, mine
    token = signing.dumps([visit.id, name, mine, other, whose.fingerprint], salt=peers.SALT)
    return socket(carried.browser, f"/peerjs?key=peerjs&id={mine}&token={token}&version=1.5.5")


async def first(live: WebsocketCommunicator) -> str:
    """What it says before all else; how it is closed, if it is."""
    assert (await live.connect())[0]  # a browser is told why only by a socket that was open
    output = await live.receive_output(5)
    if output["type"] == "websocket.close":
        return str(output["code"])
    if "ID-TAKEN" in output["text"]:
        return str(await closed(live, 5))
    return "open" if output["text"] == '{"type": "OPEN"}' else "shown" if "session-status" in output["text"] else ""


async def came(visit: Visit, kind: str, carried: Carried) -> str:
    before = await sync_to_async(everything)(visit)
    live = made(visit, kind, carried)
    found = await first(live)
    await live.disconnect()
    assert await sync_to_async(everything)(visit) == before
    return found


@pytest.fixture
def people(alice: Person, bob: Person, mallory: Person) -> tuple[Person, Person, Person]:
    return alice, bob, mallory


@pytest.mark.parametrize("row", rows(COMES), ids=named)
async def test_who_gets_in(portal: Portal, entry: Entry, people: tuple[Person, ...], row: list[str]) -> None:
    kind, who, *expected = row
    alice, bob, mallory = people
    found = []
    for way in WAYS:
        visit = await sync_to_async(Visit)(portal, entry)
        await sync_to_async(bring)(visit, way, alice, bob)
        carried = (await sync_to_async(around)(visit, alice, bob, mallory))[who]
        found.append(await came(visit, kind, carried))
    assert found == expected


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_else_gets_in(portal: Portal, entry: Entry, people: tuple[Person, ...], way: str) -> None:
    alice, bob, mallory = people
    visit = await sync_to_async(Visit)(portal, entry)
    await sync_to_async(bring)(visit, way, alice, bob)
    carried = await sync_to_async(around)(visit, alice, bob, mallory)
    rest = {(kind, who) for kind in SOCKETS for who in PEOPLE} - {(row[0], row[1]) for row in rows(COMES)}
    found = {(kind, who): await came(visit, kind, carried[who]) for kind, who in rest}
    assert found == dict.fromkeys(rest, "4403") and len(rest) == 3 * 7 - 6


def went(visit: Visit, way: str, alice: Person, bob: Person) -> None:
    """There without a word on the way, and told of it once. Some ways are such that nobody would hear of them."""
    before = channel_layers.set("default", Deaf())
    try:
        bring(visit, way, alice, bob)
    finally:
        channel_layers.set("default", before)
    tell(visit.id)


async def after(live: WebsocketCommunicator, expected: str) -> str:
    """What became of it. Only what should happen is waited for at length."""
    if expected == "open":
        return "open" if await live.receive_nothing(0.3) else "told"
    output = await live.receive_output(5)
    return str(output["code"]) if output["type"] == "websocket.close" else "shown"


@pytest.mark.parametrize("row", rows(STAYS), ids=named)
async def test_who_stays(portal: Portal, entry: Entry, people: tuple[Person, ...], row: list[str]) -> None:
    kind, who, *expected = row
    alice, bob, mallory = people
    found = []
    for way, word in zip(WAYS, expected, strict=True):
        visit = await sync_to_async(Visit)(portal, entry)
        live = made(visit, kind, (await sync_to_async(around)(visit, alice, bob, mallory))[who])
        await first(live)
        await sync_to_async(went)(visit, way, alice, bob)
        found.append(await after(live, word))
        await live.disconnect()
    assert found == expected


@pytest.mark.parametrize("way", ANSWERED)
async def test_who_stays_after_the_answer(portal: Portal, entry: Entry, people: tuple[Person, ...], way: str) -> None:
    alice, bob, mallory = people
    visit = await sync_to_async(Visit)(portal, entry)
    await sync_to_async(bring)(visit, "active alice", alice, bob)
    carried = await sync_to_async(around)(visit, alice, bob, mallory)
    both = [made(visit, "caller", carried["caller"]), made(visit, "callee", carried["alice"])]
    assert [await first(live) for live in both] == ["open", "open"]
    await sync_to_async(went)(visit, way, alice, bob)
    assert [await after(live, ANSWERED[way]) for live in both] == [ANSWERED[way]] * 2


async def test_a_role_that_is_taken_away_ends_its_sockets(
    portal: Portal, entry: Entry, people: tuple[Person, ...]
) -> None:
    alice, bob, mallory = people
    visit = await sync_to_async(Visit)(portal, entry)
    await sync_to_async(bring)(visit, "active alice", alice, bob)
    carried = await sync_to_async(around)(visit, alice, bob, mallory)
    hers = [made(visit, kind, carried["alice"]) for kind in ("status", "callee")]
    his = made(visit, "caller", carried["caller"])
    assert [await first(live) for live in (*hers, his)] == ["shown", "open", "open"]
    await Ring.objects.filter(session=visit.id, resident=alice.resident).adelete()
    await sync_to_async(tell)(visit.id)
    assert [await after(live, "4403") for live in hers] == ["4403", "4403"]
    assert await after(his, "open") == "open"


# -- what they say


async def until_marked(other: WebsocketCommunicator) -> str:
    """The types that come before the mark."""
    found = []
    while (message := await heard(other, 5))["payload"] is None or message["payload"]["connectionId"] != "mark":
        found.append(message["type"])
    return " ".join(found)


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("sender", ["caller", "alice"])
@pytest.mark.parametrize("way", ["active alice", "accepted"])
async def test_which_message_reaches_the_other_side(
    portal: Portal, entry: Entry, people: tuple[Person, ...], way: str, sender: str, message: str
) -> None:
    alice, bob, mallory = people
    visit = await sync_to_async(Visit)(portal, entry)
    await sync_to_async(bring)(visit, way, alice, bob)
    carried = await sync_to_async(around)(visit, alice, bob, mallory)
    before = await sync_to_async(everything)(visit)
    ends = [
        (made(visit, "caller", carried["caller"]), visit.session.caller_peer_id),
        (made(visit, "callee", carried["alice"]), visit.session.callee_peer_id),
    ]
    assert [await first(live) for live, _ in ends] == ["open", "open"]
    (mine, me), (theirs, other) = ends if sender == "caller" else ends[::-1]
    said, expected, _ = MESSAGES[message]
    await say(mine, candidate("mark", dst=other))
    assert await until_marked(theirs) == ""  # by now the two know of each other
    await say(mine, said(me, other), candidate("mark", dst=other))
    assert await until_marked(theirs) == expected
    assert await sync_to_async(everything)(visit) == before


@pytest.mark.parametrize("message", MESSAGES)
async def test_which_message_waits_for_the_answer(
    portal: Portal, entry: Entry, people: tuple[Person, ...], message: str
) -> None:
    alice, bob, mallory = people
    visit = await sync_to_async(Visit)(portal, entry)
    carried = await sync_to_async(around)(visit, alice, bob, mallory)
    caller = made(visit, "caller", carried["caller"])
    assert await first(caller) == "open"
    said, _, expected = MESSAGES[message]
    me, other = visit.session.caller_peer_id, visit.session.callee_peer_id
    before = await sync_to_async(everything)(visit)
    await say(caller, said(me, other), candidate("mark", dst=other))
    assert await caller.receive_nothing(0.1) and await sync_to_async(everything)(visit) == before
    await sync_to_async(bring)(visit, "active alice", alice, bob)
    callee = made(visit, "callee", carried["alice"])
    assert await first(callee) == "open"
    assert await until_marked(callee) == expected


@pytest.mark.parametrize("who", ["caller", "alice", "bob"])
async def test_no_word_to_the_status_socket_moves_anything(
    portal: Portal, entry: Entry, people: tuple[Person, ...], who: str
) -> None:
    visit = await sync_to_async(Visit)(portal, entry)
    live = made(visit, "status", (await sync_to_async(around)(visit, *people))[who])
    assert await first(live) == "shown"
    before = await sync_to_async(everything)(visit)
    me, other = visit.session.caller_peer_id, visit.session.callee_peer_id
    await say(live, *[said(me, other) for said, _, _ in MESSAGES.values()])
    await say(live, *[{"type": f"session.{word}"} for word in ("answer", "open", "decline", "cancel", "changed")])
    assert await live.receive_nothing(0.3) and await sync_to_async(everything)(visit) == before
    await live.disconnect()
