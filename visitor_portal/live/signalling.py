"""PeerJS signalling between the two sides of one session, on the wire of the npm client 1.5.5.

A side gets in with the ticket of its page and the cookie that the ticket was made for, and whether it may speak is
asked again at every message, by who says it and by who hears it. There is no register of ids: the sides of a call
meet in two groups of the channel layer. What a side has to say before the other is there is kept: as long as the call
rings (so that the caller's page prepares the call before the answer), and for a few seconds once it was answered.
"""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from visitor_portal import events, roles
from visitor_portal.http import cookies_of
from visitor_portal.public_access import Denied, NotFound, PublicAccessError
from visitor_portal.public_access.wire import Session
from visitor_portal.sockets import LATER, NO_ROLE, REPLACED, Socket

from . import peers, signals, truth
from .watcher import Ask, Watcher, watcher_of

PATIENCE = 5.0  # seconds that a message waits for the other side of an answered call
TALKING = ("active", "accepted")


class SignallingConsumer(Socket):
    most_bytes = 64 * 1024
    most_at_once, each_second = 60, 20.0
    ticket: peers.Ticket | None = None
    watcher: Watcher | None = None
    role: roles.Role

    async def connect(self) -> None:
        self.waiting = signals.Waiting()
        self.other = ""  # the other side's socket, as the channel layer calls it
        self.is_answered = self.is_replaced = False
        self.expiry: asyncio.Task[None] | None = None
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        ticket = peers.ticket(query.get("token", [""])[0])
        role = ticket and roles.held(cookies_of(self.scope), ticket.role, ticket.session_id)
        if not ticket or not role or role.fingerprint != ticket.holder or query.get("id") != [ticket.peer_id]:
            await self.refuse(NO_ROLE)
        elif await self.admit(role):
            self.role = role
            await self._enter(ticket)

    async def _enter(self, ticket: peers.Ticket) -> None:
        self.watcher = watcher = watcher_of(ticket.session_id)
        await watcher.join(self)
        # What is kept is forgotten at each change, if changes are heard here: then it need not be asked again in the
        # very moment of the answer, when the side that answered comes and everybody waits for it.
        if why := await self._why_not(truth.read if watcher.hears_all else truth.read_anew):
            await self._say({"type": "ID-TAKEN", "payload": {"msg": "ID is taken"}})
            await self.close(why)
            return
        mine = events.peer_group(ticket.session_id, ticket.role)
        # An older socket of this side, as after a reload, makes room for this one.
        await events.send(mine, events.Presence(type="peer.replaced", by=self.channel_name))
        self.ticket = ticket
        await self.join(mine)
        await self._say({"type": "OPEN"})
        await self._say_here()

    async def _why_not(self, ask: Ask = truth.read) -> int | None:
        """The closing code of a side that may not speak. The callee's id is nobody's until somebody answers."""
        try:
            session = await ask(self.role)
        except (Denied, NotFound):
            return NO_ROLE
        except PublicAccessError:
            return LATER
        self.is_answered = session.state in TALKING
        return None if _may_speak(session, self.role) else NO_ROLE

    async def _may_go_on(self) -> bool:
        if why := await self._why_not():
            await self.close(why)
        return why is None

    async def disconnect(self, code: int) -> None:
        if self.watcher:
            self.watcher.leave(self)
        if self.ticket is None:
            return
        self._stop_waiting()
        if not self.is_replaced:
            await self._tell_other(events.Presence(type="peer.gone", by=self.channel_name))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A message of this side's client. `src` is ours to say."""
        if self.ticket is None or text_data is None:
            return
        signal = signals.read(text_data, src=self.ticket.peer_id, dst=self.ticket.other_id)
        if signal is None or not await self._may_go_on():
            return
        if self.other:
            await self._tell_other(events.Signal(type="peer.signal", text=signal.text))
        else:
            self.waiting.keep(signal)
            self._count_patience()

    def _count_patience(self) -> None:
        if self.waiting and self.is_answered and self.expiry is None:
            self.expiry = asyncio.get_running_loop().create_task(self._expire())

    def _stop_waiting(self) -> None:
        if self.expiry:
            self.expiry.cancel()
            self.expiry = None

    async def _expire(self) -> None:
        """Tell our client, as the npm server does, that nobody took its message."""
        await asyncio.sleep(PATIENCE)
        self.expiry = None
        if self.waiting.take() and self.ticket and not self.is_over:
            await self._say({"type": "EXPIRE", "src": self.ticket.other_id})

    async def _say_here(self) -> None:
        await self._tell_other(events.Presence(type="peer.here", by=self.channel_name))

    async def _tell_other(self, event: events.Event) -> None:
        assert self.ticket is not None  # noqa: S101 nobody speaks before the ticket is taken
        other = "callee" if self.ticket.role == "caller" else "caller"
        await events.send(events.peer_group(self.ticket.session_id, other), event)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message))

    # -- what the other side's consumer says, and the building

    async def peer_signal(self, event: events.Signal) -> None:
        if await self._may_go_on():
            await self.send(event["text"])

    async def peer_here(self, event: events.Presence) -> None:
        """It came, or it answers that it was here already."""
        if event["by"] != self.other:
            self.other = event["by"]
            await self._say_here()
        self._stop_waiting()
        if self.waiting and await self._may_go_on():
            for signal in self.waiting.take():
                await self._tell_other(events.Signal(type="peer.signal", text=signal.text))

    async def peer_gone(self, event: events.Presence) -> None:
        if event["by"] == self.other:  # and not one that was replaced
            self.other = ""

    async def peer_replaced(self, event: events.Presence) -> None:
        if event["by"] != self.channel_name:
            self.is_replaced = True
            await self.close(REPLACED)

    async def look(self, ask: Ask) -> None:
        """Something changed, says the session's watcher."""
        why = await self._why_not(ask)
        if why == NO_ROLE:
            await self.close(why)
        else:  # an upstream that is silent is asked again at the next message
            self._count_patience()


def _may_speak(session: Session, role: roles.Role) -> bool:
    if session.role != role.name:
        return False
    if role.name == "caller":
        return session.state in ("pending", "ringing", *TALKING)
    return session.state in TALKING and not session.answered_by
