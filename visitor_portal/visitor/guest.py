"""A guest's pass: what this browser holds of an invite from its first tap on.

It lies in a signed HttpOnly cookie, one for each invite. The secret in it proves this phone to the building. The
link's own token is not in it: a pass by itself leads to no invite.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

from visitor_portal import roles, seals
from visitor_portal.public_access import Visitor
from visitor_portal.public_access.wire import Invite, InviteSession

from . import codes, cookies, device, offers, scan
from .cookies import mark

MOST = 8  # passes of one browser: more would outgrow what servers take as headers
MOST_SIGNS = 40  # doors of one invite at whose signs the pass is found
_AGE = roles.RESIDENT_AGE  # a place on an invite is for good, so what proves it lives as long as browsers allow


@dataclass(frozen=True, slots=True)
class GuestPass:
    name: str  # the mark of its invite's token
    invite_id: str
    guest_id: str = ""
    signs: tuple[str, ...] = ()  # marks of the signs whose doors it opens
    at: int = 0  # when it was given, seconds

    @property
    def visitor(self) -> Visitor:
        """What the upstream is told of this phone."""
        return Visitor(invite_id=self.invite_id, guest_id=self.guest_id or None)

    @property
    def fingerprint(self) -> str:
        """Binds a page's form tokens to the holder without showing the secret."""
        return sha256(self.invite_id.encode()).hexdigest()[:16]

    def opens(self, public_portal_id: str) -> bool:
        return mark(public_portal_id) in self.signs

    def granting(self, invite: Invite | None) -> "GuestPass":
        """With the doors that the invite has now. One that shows none may only be resting: they are kept."""
        ids = [grant.public_portal_id for grant in offers.doors(invite) if grant.public_portal_id] if invite else []
        return replace(self, signs=tuple(mark(sign) for sign in ids[:MOST_SIGNS])) if ids else self


def new(invite_token: str, session: InviteSession) -> GuestPass:
    return GuestPass(mark(invite_token), session.invite_id or "", session.guest_id or "")


def of(request: HttpRequest, invite_token: str) -> GuestPass | None:
    """This browser's pass of this invite."""
    return _read(request.COOKIES, _cookie(mark(invite_token)))


def at_sign(request: HttpRequest, public_portal_id: str) -> GuestPass | None:
    """Its newest pass that opens the door of this sign."""
    held = [guest for name in _names(request.COOKIES) if (guest := _read(request.COOKIES, name))]
    return max((guest for guest in held if guest.opens(public_portal_id)), key=lambda guest: guest.at, default=None)


def give(response: HttpResponse, guest: GuestPass, beside: Mapping[str, str]) -> HttpResponse:
    """Hand the browser this pass, beside the cookies that it holds. The oldest make room."""
    cookie = _cookie(guest.name)
    others = [name for name in _names(beside) if name != cookie]
    others.sort(key=lambda name: held.at if (held := _read(beside, name)) else 0, reverse=True)
    for old in others[MOST - 1 :]:
        response.delete_cookie(old)
    return cookies.put(response, cookie, signing.dumps(written(guest), salt=cookie), max_age=_AGE)


def take_away(response: HttpResponse, guest: GuestPass) -> HttpResponse:
    response.delete_cookie(_cookie(guest.name))
    return response


def is_settled(response: HttpResponse, guest: GuestPass) -> bool:
    """Whether this answer gives or takes away a pass of the same invite already."""
    return _cookie(guest.name) in response.cookies


def seal(invite_token: str, guest: GuestPass | None) -> str:
    """The token of the forms on an invite's page: bound to the link, and to the pass if there is one."""
    return seals.mint("invite", invite_token, guest.fingerprint if guest else "")


def context(
    request: HttpRequest, invite_token: str, invite: Invite, *, held: GuestPass | None = None
) -> dict[str, Any]:
    """What the buttons of an invite's page need. `held`: the pass, where it was given by this very request."""
    guest = held or of(request, invite_token)
    signs = {grant.public_portal_id for grant in offers.doors(invite) if grant.public_portal_id}
    token = seal(invite_token, guest)
    return {
        "invite_token": invite_token,
        "guest": guest,
        "device": device.of(invite_token, invite),
        **dict.fromkeys(("seal", "renewal_seal", "ask_seal"), token),
        "doors": offers.rows(invite, {sign for sign in signs if scan.held(request, sign, guest)}),
        "needs_pin": invite.require_pin,
        "needs_code": invite.require_verified_phone or invite.contact_challenge_required,
        "code": codes.held(request, guest),
    }


def written(guest: GuestPass) -> list[Any]:
    """The values that are kept of it, beside its name."""
    return [guest.invite_id, guest.guest_id, "".join(guest.signs), int(time.time())]


def read_back(name: str, values: list[Any]) -> GuestPass:
    invite_id, guest_id, signs, at = values
    marks = tuple(signs[start : start + 8] for start in range(0, len(signs), 8))
    return GuestPass(name, invite_id, guest_id, marks, at)


def _cookie(name: str) -> str:
    return cookies.name("invite", name)


def _names(held: Mapping[str, str]) -> list[str]:
    return [name for name in held if name.startswith(_cookie(""))]


def _read(held: Mapping[str, str], cookie: str) -> GuestPass | None:
    try:
        values = signing.loads(held.get(cookie, ""), salt=cookie, max_age=_AGE)
        return read_back(cookie.removeprefix(_cookie("")), values)
    except (signing.BadSignature, ValueError, TypeError):
        return None
