"""PeerJS signalling between the two sides of one session, on the wire of the npm client 1.5.5.

A side gets in with the ticket of its page and the cookie that the ticket was made for. Messages go to the other
side only, whoever they name. There is no register of ids: the sides of a call meet in two groups of the channel
layer, and each keeps what it has to say for a few seconds while the other is not there.
"""

import asyncio
import json
import time
from collections import deque
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer

from visitor_portal import events, roles, upstream
from visitor_portal.http import cookies_of
from visitor_portal.public_access import PublicAccessError

from . import peers
from .socket import NO_ROLE

RELAYED = ("OFFER", "ANSWER", "CANDIDATE", "LEAVE")
MOST_BYTES = 64 * 1024
MOST_WAITING = 32
PATIENCE = 5.0  # seconds that a message waits for the other side
MOST_AT_ONCE, AT_ONCE = 60, 3.0  # messages in seconds: 20 a second, with room for a burst of candidates
REPLACED = 4409
TOO_MUCH = 1008


class SignallingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    ticket: peers.Ticket | None = None

    async def connect(self) -> None:
        self.waiting: deque[tuple[float, str]] = deque(maxlen=MOST_WAITING)
        self.sent: deque[float] = deque(maxlen=MOST_AT_ONCE)
        self.is_other_here = self.is_replaced = False
        self.expiry: asyncio.Task[None] | None = None
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        ticket = peers.ticket(query.get("token", [""])[0])
        role = ticket and roles.held(cookies_of(self.scope), ticket.role, ticket.session_id)
        if not ticket or not role or role.fingerprint != ticket.holder or query.get("id") != [ticket.peer_id]:
            await self.close(NO_ROLE)
            return
        await self.accept()
        if not await self._may_speak(role):
            await self._say({"type": "ID-TAKEN", "payload": {"msg": "ID is taken"}})
            await self.close(NO_ROLE)
            return
        await self._enter(ticket)

    async def _may_speak(self, role: roles.Role) -> bool:
        """The callee's id belongs to whoever answered; until then to nobody."""
        try:
            session = await upstream.client().get_session(role.session_id, token=role.secret)
        except PublicAccessError:
            return False
        if session.role != role.name or session.state not in ("pending", "ringing", "active", "accepted"):
            return False
        return role.name == "caller" or (session.state in ("active", "accepted") and not session.answered_by)

    async def _enter(self, ticket: peers.Ticket) -> None:
        mine = events.peer_group(ticket.session_id, ticket.role)
        # An older socket of this side, as after a reload, makes room for this one.
        await events.send(mine, events.Presence(type="peer.replaced", by=self.channel_name))
        self.ticket = ticket
        await self.channel_layer.group_add(mine, self.channel_name)
        await self._say({"type": "OPEN"})
        await self._tell_other(events.Presence(type="peer.here", by="arrival"))

    async def disconnect(self, code: int) -> None:
        if self.expiry:
            self.expiry.cancel()
        if self.ticket is None:
            return
        mine = events.peer_group(self.ticket.session_id, self.ticket.role)
        await self.channel_layer.group_discard(mine, self.channel_name)
        if not self.is_replaced:
            await self._tell_other(events.Presence(type="peer.gone", by=self.channel_name))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A message of this side's client. Only what the wire knows goes on, and `src` is ours to say."""
        if self.ticket is None:
            return
        if text_data is None or len(text_data) > MOST_BYTES or self._is_flood():
            await self.close(TOO_MUCH)
            return
        try:
            message = json.loads(text_data)
        except ValueError:
            return
        if not isinstance(message, dict) or message.get("type") not in RELAYED:
            return  # HEARTBEAT too: that it came is all there is to it
        relayed = {"type": message["type"], "src": self.ticket.peer_id, "payload": message.get("payload")}
        await self._relay(json.dumps(relayed), keep=message["type"] != "LEAVE")

    def _is_flood(self) -> bool:
        now = time.monotonic()
        is_full = len(self.sent) == MOST_AT_ONCE and now - self.sent[0] < AT_ONCE
        self.sent.append(now)
        return is_full

    async def _relay(self, text: str, *, keep: bool) -> None:
        if self.is_other_here:
            await self._tell_other(events.Signal(type="peer.signal", text=text))
        elif keep:
            self.waiting.append((time.monotonic() + PATIENCE, text))
            self.expiry = self.expiry or asyncio.get_running_loop().create_task(self._expire())

    async def _expire(self) -> None:
        """Tell our client, as the npm server does, that nobody took its message."""
        await asyncio.sleep(PATIENCE)
        self.expiry = None
        if self.waiting and self.ticket:
            self.waiting.clear()
            await self._say({"type": "EXPIRE", "src": self.ticket.other_id})

    async def _tell_other(self, event: events.Event) -> None:
        assert self.ticket is not None  # noqa: S101 nobody speaks before the ticket is taken
        other = "callee" if self.ticket.role == "caller" else "caller"
        await events.send(events.peer_group(self.ticket.session_id, other), event)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message))

    # -- what the other side's consumer says

    async def peer_signal(self, event: events.Signal) -> None:
        await self.send(event["text"])

    async def peer_here(self, event: events.Presence) -> None:
        self.is_other_here = True
        if event["by"] == "arrival":
            await self._tell_other(events.Presence(type="peer.here", by="answer"))
        now = time.monotonic()
        while self.waiting:
            until, text = self.waiting.popleft()
            if until > now:
                await self._tell_other(events.Signal(type="peer.signal", text=text))

    async def peer_gone(self, event: events.Presence) -> None:
        self.is_other_here = False

    async def peer_replaced(self, event: events.Presence) -> None:
        if event["by"] != self.channel_name:
            self.is_replaced = True
            await self.close(REPLACED)
