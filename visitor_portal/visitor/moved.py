"""A pass on its way from one browser of a phone to another: by an address of the invite that works once.

Whoever looks at that address sees what the holder of the pass would see, and takes nothing. The first tap takes it.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from visitor_portal import upstream
from visitor_portal.openings import handovers

from . import guest
from .cookies import mark
from .guest import GuestPass

_CODE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pass that lies ready, and by which code."""

    code: str
    guest: GuestPass


def path(invite_token: str, code: str = "") -> str:
    """The page of the invite; with a code, the one that brings the pass along."""
    page = reverse("invite", args=[invite_token])
    return f"{page}?{urlencode({'from': code})}" if code else page


def address(invite_token: str, code: str = "") -> str:
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{path(invite_token, code)}"


def code_in(fields: QueryDict) -> str:
    sent = str(fields.get("from", ""))
    return sent if _CODE.fullmatch(sent) else ""


async def leave(invite_token: str, held: GuestPass) -> str:
    """The code to come with."""
    return await handovers.leave(invite_token, guest.written(held))


async def look(request: HttpRequest, invite_token: str) -> Waiting | None:
    if not (code := code_in(request.GET)):
        return None
    values = await upstream.finish(handovers.look(code, invite_token))
    return Waiting(code, guest.read_back(mark(invite_token), values)) if values else None


async def take(request: HttpRequest, invite_token: str, nonce: str) -> GuestPass | None:
    """For this page, the nonce says which. A code that is no good is as none."""
    if not (code := code_in(request.POST)):
        return None
    values = await upstream.finish(handovers.take(code, invite_token, nonce))
    return guest.read_back(mark(invite_token), values) if values else None
