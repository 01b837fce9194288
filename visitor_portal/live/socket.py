"""Pushes the status fragment to whoever holds a role in the session."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from django.template.loader import render_to_string
from django.utils import translation

from visitor_portal import roles
from visitor_portal.http import cookies_of, language_of
from visitor_portal.public_access import Denied, NotFound, PublicAccessError
from visitor_portal.public_access.wire import Session
from visitor_portal.sockets import NO_ROLE, Socket

from . import kept, truth
from .status import Status
from .watcher import Watcher, watcher_of
from .words import fragment


class StatusConsumer(Socket):
    """One fragment at connect, then one at each change: the session's watcher hears of it, for all its sockets."""

    role: roles.Role
    watcher: Watcher | None = None
    shown: tuple[str, int] | None = None

    async def connect(self) -> None:
        session_id = self.scope["url_route"]["kwargs"]["session_id"]
        asked = parse_qs(self.scope["query_string"].decode()).get("as", [""])[0]
        role = roles.as_asked(cookies_of(self.scope), session_id, asked)
        if role is None:
            await self.refuse(NO_ROLE)
        elif await self.admit(role):
            self.role, self.turn = role, asyncio.Lock()
            self.watcher = watcher_of(session_id)
            await self.watcher.join(self)
            await self.look()

    async def disconnect(self, code: int) -> None:
        if self.watcher:
            self.watcher.leave(self)

    async def look(self) -> None:
        """Ask for the truth, as the role, and show it. The polling page beneath covers whatever fails here."""
        async with self.turn:
            try:
                session = await truth.read(self.role)
            except (Denied, NotFound):
                await self.close(NO_ROLE)
            except PublicAccessError:
                return
            else:
                await self._show(await kept.beside(session, self.role))

    async def _show(self, session: Session) -> None:
        """Unless it is shown already, and asks as often as it should."""
        assert self.watcher  # noqa: S101 joined before the first look
        status = Status(session, self.role, language_of(self.scope), self.watcher.is_pushing)
        if self.is_over or self.shown == (status.facts, status.every):
            return
        self.shown = (status.facts, status.every)
        await self.send(_rendered(status))

    async def _hear(self) -> Any:
        """The watcher does: a socket has no channel of its own."""
        await asyncio.Event().wait()


_last: tuple[Status, str] | None = None


def _rendered(status: Status) -> str:
    """Made once for the sockets of a role that are told one after the other. Each gets a form token of its own."""
    global _last
    if _last is not None and _is_same(_last[0], status):
        return _last[1].replace(_last[0].seal, status.seal)
    with translation.override(status.language):
        html = render_to_string("live/_status.html", fragment(status))
    _last = (status, html)
    return html


def _is_same(one: Status, other: Status) -> bool:
    """Of the very same answer, and not of one that reads alike: the time that is left differs."""
    made = (one.role, one.language, one.is_pushed, one.version)
    return one.session is other.session and made == (other.role, other.language, other.is_pushed, other.version)
