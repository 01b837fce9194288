"""What a PeerJS client may have relayed, and what waits."""

import json
from typing import Any

import pytest

from tests.live.peerjs import SDP, answer, candidate, offer
from visitor_portal.live.signals import MOST_WAITING, Signal, Waiting, read


def signal(message: dict[str, Any] | str) -> Signal | None:
    return read(message if isinstance(message, str) else json.dumps(message), src="me", dst="them")


@pytest.mark.parametrize("message", [offer(), answer(), candidate(), candidate(line=""), offer(metadata={"a": [1]})])
def test_relays_what_a_client_says_as_said_by_its_own_side(message: dict[str, Any]) -> None:
    relayed = signal({**message, "src": "somebody else", "more": 1})
    assert relayed
    assert json.loads(relayed.text) == {"type": message["type"], "src": "me", "payload": message["payload"]}


@pytest.mark.parametrize(
    "junk",
    [
        *("", "not json", "[]", "1", "null", "NaN", "\ud800", '{"type":["OFFER"]}'),
        *("[" * 60_000, '{"type":' * 8_000, f'{{"dst":"them","payload":{"[" * 900}{"]" * 900}}}'),
        *({"type": kind, "dst": "them"} for kind in ("OPEN", "EXPIRE", "ID-TAKEN", "HEARTBEAT", "OFFER")),
        {**offer(), "dst": "a third"},
        {**offer(), "dst": ["them"]},
        {**offer(), "payload": [1]},
        offer(metadata=float("nan")),
        *(offer(sdp=sdp) for sdp in ("garbage", "", 1, None, {"sdp": SDP}, "v=0\r\no=x", SDP + "\0", "x" + SDP)),
        *(offer(name) for name in ("", "x" * 101, 1, None)),
        offer(kind="screen"),
        {**offer(), "type": "ANSWER"},
        candidate(line="garbage"),
        candidate(line=None),
    ],
)
def test_junk_is_nothing(junk: Any) -> None:
    assert signal(junk) is None


def kept(*messages: dict[str, Any]) -> list[tuple[str, str]]:
    waiting = Waiting()
    for message in messages:
        found = signal(message)
        assert found
        waiting.keep(found)
    return [(s.type, s.connection) for s in waiting.take()]


def test_what_waits_keeps_its_order() -> None:
    assert kept(offer(), candidate(), candidate()) == [("OFFER", "mc_1"), *[("CANDIDATE", "mc_1")] * 2]


def test_a_new_attempt_makes_the_old_one_pointless() -> None:
    assert kept(offer("a"), candidate("a"), offer("b"), candidate("b")) == [("OFFER", "b"), ("CANDIDATE", "b")]


def test_another_kind_of_connection_is_another_matter() -> None:
    assert kept(offer("a"), offer("b", kind="data")) == [("OFFER", "a"), ("OFFER", "b")]


def test_who_leaves_has_said_nothing() -> None:
    assert kept(offer(), candidate(), {"type": "LEAVE", "dst": "them"}) == []


def test_no_more_waits_than_may() -> None:
    assert kept(*[candidate()] * 1000) == [("CANDIDATE", "mc_1")] * MOST_WAITING
    assert len(kept(*[offer(sdp=SDP + "a" * 60_000)] * 10)) == 4
