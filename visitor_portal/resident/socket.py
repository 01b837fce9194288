"""Rings the resident's open page."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from visitor_portal import roles
from visitor_portal.http import cookies_of, language_of
from visitor_portal.public_access import Denied, PublicAccessError
from visitor_portal.sockets import LATER, NO_ROLE, Socket

from .devices import Lost
from .views import current


class ResidentConsumer(Socket):
    """The list of visits at connect, then at each change."""

    most_alike = 6  # phones and tablets of a home often share one link
    role: roles.Role | None = None
    shown = ""

    async def connect(self) -> None:
        self.role = roles.held(cookies_of(self.scope), "resident")
        if self.role is None:
            await self.refuse(NO_ROLE)
        elif await self.admit(self.role):
            await self._enter(self.role)

    async def _enter(self, role: roles.Role) -> None:
        try:
            group = (await current(role, cookies=cookies_of(self.scope))).resident.group
        except (Denied, Lost):
            await self.close(NO_ROLE)
            return
        except PublicAccessError:
            await self.close(LATER)
            return
        if group:
            await self.join(group)
        await self.resident_changed({})

    async def resident_changed(self, event: dict[str, Any]) -> None:
        """Ask for the truth and show it. The polling page beneath covers whatever fails here."""
        assert self.role is not None  # noqa: S101 set before the group was joined
        try:
            visits = await current(self.role, language_of(self.scope), cookies=cookies_of(self.scope))
        except (Denied, Lost):
            await self.close(NO_ROLE)
            return
        except PublicAccessError:
            return
        if visits.version == self.shown:
            return
        self.shown = visits.version
        with translation.override(visits.language):
            await self.send(render_to_string("resident/_visits.html", {"visits": visits}))
