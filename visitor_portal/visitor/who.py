"""As whom a browser stands at a sign: as far as its cookies prove it, and never more."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from ulid import ULID

from visitor_portal import roles
from visitor_portal.public_access import Visitor
from visitor_portal.roles import Role

GUEST_AGE = 3600  # seconds: as long as calls of one phone are counted together, and not longer
_SALT = "guest"


def resident(request: HttpRequest) -> Role | None:
    return roles.held(request.COOKIES, "resident")


def of(request: HttpRequest) -> Visitor:
    """What the upstream is told of whoever asks. Empty for a stranger."""
    role = resident(request)
    return Visitor(token=role.secret) if role else Visitor()


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
