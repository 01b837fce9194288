"""The messages of a PeerJS client (npm peerjs 1.5.5): which may reach the other side, and which wait for it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Never

MOST_WAITING = 64  # messages, of one side, until the other is there
MOST_WAITING_BYTES = 256 * 1024
MOST_NAME = 100  # letters of a connection's id; the client's own has some 20


@dataclass(frozen=True, slots=True)
class Signal:
    type: str
    connection: str  # the client's name of the attempt that it belongs to; empty in a LEAVE
    kind: str  # media or data
    text: str  # as the other side gets it


class Waiting:
    """What one side has to say before the other is there, in order, without what became pointless meanwhile."""

    def __init__(self) -> None:
        self._signals: list[Signal] = []

    def __bool__(self) -> bool:
        return bool(self._signals)

    def keep(self, signal: Signal) -> None:
        """A side that leaves has said nothing; a new attempt makes those before it pointless."""
        if signal.type == "LEAVE":
            self._signals.clear()
            return
        if signal.type == "OFFER":
            same = (signal.kind, signal.connection)
            self._signals = [s for s in self._signals if s.kind != signal.kind or (s.kind, s.connection) == same]
        size = len(signal.text) + sum(len(s.text) for s in self._signals)
        if len(self._signals) < MOST_WAITING and size <= MOST_WAITING_BYTES:
            self._signals.append(signal)

    def take(self) -> list[Signal]:
        taken, self._signals = self._signals, []
        return taken


def read(text: str, *, src: str, dst: str) -> Signal | None:
    """This message as `dst` may get it from `src`; nothing if it is for somebody else, or is none that we know.

    A HEARTBEAT is nothing, too: that it came is all there is to it.
    """
    try:
        message = json.loads(text, parse_constant=_refuse)
        if not isinstance(message, dict) or message.get("dst") != dst:
            return None
        kind, payload = str(message.get("type")), message.get("payload")
        if kind == "LEAVE":
            payload = {}
        elif not _fits(kind, payload):
            return None
        relayed = json.dumps({"type": kind, "src": src, "payload": payload or None})
    except (ValueError, RecursionError):  # nested a thousand times over
        return None
    assert isinstance(payload, dict)  # noqa: S101 else it would not fit
    return Signal(kind, payload.get("connectionId", ""), payload.get("type", ""), relayed)


def _fits(kind: str, payload: Any) -> bool:
    if kind not in _BODIES or not isinstance(payload, dict) or payload.get("type") not in ("media", "data"):
        return False
    name = payload.get("connectionId")
    return isinstance(name, str) and 0 < len(name) <= MOST_NAME and _BODIES[kind](payload)


def _description(kind: str) -> Callable[[dict[str, Any]], bool]:
    """An SDP as RFC 8866 begins one. Whether the rest is any good, the other side's browser finds out."""

    def fits(payload: dict[str, Any]) -> bool:
        sdp = payload.get("sdp")
        if not isinstance(sdp, dict) or sdp.get("type") != kind or not isinstance(sdp.get("sdp"), str):
            return False
        lines: str = sdp["sdp"]
        return lines.startswith("v=0\r\no=") and "\r\nm=" in lines and "\0" not in lines

    return fits


def _candidate(payload: dict[str, Any]) -> bool:
    candidate = payload.get("candidate")
    line = candidate.get("candidate") if isinstance(candidate, dict) else None
    return isinstance(line, str) and (line == "" or line.startswith("candidate:"))


def _refuse(constant: str) -> Never:
    """NaN and Infinity, which are no JSON: the other side could not read them."""
    raise ValueError(constant)


_BODIES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "OFFER": _description("offer"),
    "ANSWER": _description("answer"),
    "CANDIDATE": _candidate,
}
