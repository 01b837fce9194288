"""The code that is sent to a guest: which one this browser waits for, and when another may be asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest, HttpResponse
from ulid import ULID

from visitor_portal import upstream
from visitor_portal.public_access import Refused, TooSoon, Visitor

from . import cookies

if TYPE_CHECKING:
    from .guest import GuestPass

PAUSE = 30  # seconds between two codes
LIFE = 300  # seconds that one is waited for; the building has the last word


@dataclass(frozen=True, slots=True)
class Code:
    challenge: str
    sent_at: float

    @property
    def wait(self) -> int:
        """Seconds until another one may be asked for."""
        return max(0, min(PAUSE, round(self.sent_at + PAUSE - time.time())))


async def send(invite_token: str, guest: Visitor) -> Code:
    """Whether anything was sent is not told: who is known here, and by which address, is nobody else's business."""
    sent_at = time.time()
    try:
        started = await upstream.client().start_invite_otp(invite_token, **guest)
    except TooSoon:
        raise
    except Refused as refused:
        if refused.code != "contact_required":
            raise
        return Code(str(ULID()), sent_at)
    return Code(started.challenge_id, sent_at)


def keep(response: HttpResponse, guest: GuestPass, code: Code) -> HttpResponse:
    """A phone that looks for its code in another app may load the page anew when it comes back."""
    value = signing.dumps([code.challenge, code.sent_at], salt=_salt(guest))
    return cookies.put(response, _cookie(guest), value, max_age=LIFE)


def held(request: HttpRequest, guest: GuestPass | None) -> Code | None:
    if guest is None:
        return None
    try:
        challenge, sent_at = signing.loads(request.COOKIES.get(_cookie(guest), ""), salt=_salt(guest), max_age=LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Code(challenge, sent_at)


def forget(response: HttpResponse, guest: GuestPass) -> HttpResponse:
    """It was good for one opening."""
    response.delete_cookie(_cookie(guest))
    return response


def _cookie(guest: GuestPass) -> str:
    return cookies.name("code", guest.name)


def _salt(guest: GuestPass) -> str:
    return f"code {guest.name} {guest.fingerprint}"
