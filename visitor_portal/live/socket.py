"""Pushes the status fragment to whoever holds a role in the session."""

from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.template.loader import render_to_string
from django.utils import translation

from visitor_portal import events, roles
from visitor_portal.http import cookies_of, language_of
from visitor_portal.public_access import Denied, NotFound, PublicAccessError

from .views import current
from .words import fragment

NO_ROLE = 4403  # close code: this browser holds no role here


class StatusConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One fragment at connect, then one at each change. What a client sends is not listened to."""

    role: roles.Role | None = None
    shown = ""

    async def connect(self) -> None:
        session_id = self.scope["url_route"]["kwargs"]["session_id"]
        asked = parse_qs(self.scope["query_string"].decode()).get("as", [""])[0]
        self.role = roles.as_asked(cookies_of(self.scope), session_id, asked)
        if self.role is None:
            await self.close(NO_ROLE)
            return
        await self.channel_layer.group_add(events.session_group(session_id), self.channel_name)
        await self.accept()
        await self.session_changed({})

    async def disconnect(self, code: int) -> None:
        if self.role:
            await self.channel_layer.group_discard(events.session_group(self.role.session_id), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A page sends nothing here."""

    async def session_changed(self, event: dict[str, Any]) -> None:
        """Ask for the truth, as the role, and show it. The polling page beneath covers whatever fails here."""
        assert self.role is not None  # noqa: S101 set before the group was joined
        try:
            status = await current(self.role, language_of(self.scope))
        except (Denied, NotFound):
            await self.close(NO_ROLE)
            return
        except PublicAccessError:
            return
        if status.version == self.shown:
            return
        self.shown = status.version
        with translation.override(status.language):
            await self.send(render_to_string("live/_status.html", fragment(status)))
