"""Pushes the status fragment to whoever holds a role in the session."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from visitor_portal import roles
from visitor_portal.http import cookies_of, language_of
from visitor_portal.public_access import Denied, NotFound, PublicAccessError
from visitor_portal.public_access.wire import Session
from visitor_portal.sockets import NO_ROLE, Socket

from . import kept
from .renderings import rendering
from .watcher import Ask, Watcher, watcher_of


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
            self.role, self.turn, self.language = role, asyncio.Lock(), language_of(self.scope)
            self.watcher = watcher_of(session_id)
            await self.watcher.join(self)
            await self.look(self.watcher.household.ask)

    async def disconnect(self, code: int) -> None:
        if self.watcher:
            self.watcher.leave(self)

    async def look(self, ask: Ask) -> None:
        """Ask for the truth, as the role, and show it. The polling page beneath covers whatever fails here."""
        async with self.turn:
            if not roles.held(cookies_of(self.scope), self.role.name, self.role.session_id):  # by now it is too old
                await self.close(NO_ROLE)
                return
            try:
                session = await ask(self.role)
            except (Denied, NotFound):
                await self.close(NO_ROLE)
            except PublicAccessError:
                return
            else:
                await self._show(await kept.beside(session, self.role))

    async def _show(self, session: Session) -> None:
        """Unless it is shown already, and asks as often as it should."""
        assert self.watcher  # noqa: S101 joined before the first look
        made = rendering(session, self.role, self.language, is_pushed=self.watcher.is_pushing)
        if self.is_over or self.shown == made.shown:
            return
        self.shown = made.shown
        await self.send(made.sealed(self.role))

    async def _hear(self) -> Any:
        """The watcher does: a socket has no channel of its own."""
        await asyncio.Event().wait()
