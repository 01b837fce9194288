"""As whom a browser stands at a sign: as far as its cookies prove it, and never more."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from ulid import ULID

from visitor_portal import roles
from visitor_portal.public_access import Visitor
from visitor_portal.roles import Role

from . import guest as passes

GUEST_AGE = 3600  # seconds: as long as calls of one phone are counted together, and not longer
_SALT = "guest"


def resident(request: HttpRequest) -> Role | None:
    return roles.held(request.COOKIES, "resident")


@dataclass(frozen=True, slots=True)
class Standing:
    """One way to stand at a sign: what the upstream is told, and what a form shown to this holder is bound to."""

    visitor: Visitor  # empty for a stranger
    fingerprint: str = ""
    guest: passes.GuestPass | None = None


def standings(request: HttpRequest, public_portal_id: str) -> list[Standing]:
    """As whom this browser may stand at this sign: as a resident, as the guest of an invite, and as a stranger.

    Somebody who lives in one building and is invited to another holds both a key and a pass.
    """
    found = []
    if role := resident(request):
        found.append(Standing(Visitor(token=role.secret), role.fingerprint))
    if held := passes.at_sign(request, public_portal_id):
        found.append(Standing(held.visitor, held.fingerprint, held))
    return found or [Standing(Visitor())]


def _cookie() -> str:
    return "__Host-guest" if settings.HTTPS else "guest"


def guest_id(request: HttpRequest) -> str:
    """This phone's name for counting its calls. It proves nothing and opens nothing."""
    try:
        return signing.get_cookie_signer(salt=_SALT).unsign(request.COOKIES.get(_cookie(), ""), max_age=GUEST_AGE)
    except signing.BadSignature:
        return str(ULID())


def remember(response: HttpResponse, guest: str) -> HttpResponse:
    response.set_cookie(
        _cookie(),
        signing.get_cookie_signer(salt=_SALT).sign(guest),
        max_age=GUEST_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
