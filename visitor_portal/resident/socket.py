"""Rings the resident's open page."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.template.loader import render_to_string
from django.utils import translation

from visitor_portal import roles
from visitor_portal.http import cookies_of, language_of
from visitor_portal.public_access import Denied, PublicAccessError

from .views import current

NO_ROLE = 4403  # close code: this browser holds no role here


class ResidentConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    role: roles.Role | None = None
    group = ""
    shown = ""

    async def connect(self) -> None:
        self.role = roles.held(cookies_of(self.scope), "resident")
        if self.role is None:
            await self.close(NO_ROLE)
            return
        try:
            self.group = (await current(self.role)).resident.group
        except PublicAccessError:
            await self.close(1013)  # try again later
            return
        if self.group:
            await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.resident_changed({})

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A page sends nothing here."""

    async def resident_changed(self, event: dict[str, Any]) -> None:
        """Ask for the truth and show it. The polling page beneath covers whatever fails here."""
        assert self.role is not None  # noqa: S101 set before the group was joined
        try:
            visits = await current(self.role, language_of(self.scope))
        except Denied:
            await self.close(NO_ROLE)
            return
        except PublicAccessError:
            return
        if visits.version == self.shown:
            return
        self.shown = visits.version
        with translation.override(visits.language):
            await self.send(render_to_string("resident/_visits.html", {"visits": visits}))
