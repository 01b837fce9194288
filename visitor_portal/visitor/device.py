"""This browser's key, between a page and the building: what the page's script is told, and what it adds to a form.

The key itself stays in the browser, and what it signs is checked by the building. A page only passes both on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from visitor_portal import faults
from visitor_portal.public_access.wire import Invite, Portal

from .cookies import mark

NOT_PROVED = "device_not_proved"
_NAMED = ("seal", "grant_id", "pin", "otp_code", "challenge")


@dataclass(frozen=True, slots=True)
class Device:
    name: str  # the mark of the link: under it the browser keeps its key
    challenge: str = ""
    is_bound: bool = False  # the building waits for a signature; else it takes a key


def of(invite_token: str, invite: Invite) -> Device | None:
    """Nothing at a building that knows no keys."""
    if invite.device_bound is None:
        return None
    return Device(mark(invite_token), invite.device_challenge or "", invite.device_bound)


def at_sign(name: str, portal: Portal) -> Device | None:
    """Nothing for a phone that bound no key, and none is bound at a sign."""
    return Device(name, portal.device_challenge, is_bound=True) if portal.device_challenge else None


def command_key(sent: Mapping[str, str]) -> str:
    """Names the one command of this tap: the same form sent again is the same command.

    What was typed is a part of it, so that a page taken back by the back button is not told of an older try. The
    browser signs this name, so it is made of what the browser has, too. The form's token makes it nobody else's: a
    ledger or a log gives no PIN away.
    """
    return sha256("\0".join(sent.get(name, "") for name in _NAMED).encode()).hexdigest()


def not_proved(request: HttpRequest, invite_token: str, seal: str) -> HttpResponse:
    """The cookie is here and its key is not: from here the guest asks the host, as with any other phone."""
    context = {
        "fault": faults.BY_CODE[NOT_PROVED],
        "token": invite_token,
        "ask_seal": seal,
        "device": Device(mark(invite_token)),
    }
    return render(request, "visitor/not_proved.html", context, status=403)
