"""A guest before the sticker of a door: the building's proof of it, kept for a moment in this browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest, HttpResponse

from visitor_portal import upstream
from visitor_portal.public_access import PublicAccessError

from . import cookies

if TYPE_CHECKING:
    from .guest import GuestPass

FRESH = 120  # seconds


async def fresh(public_portal_id: str, guest: GuestPass | None) -> str:
    """A new proof for whoever holds a pass of this door; empty without one, and where a building has none to give."""
    if guest is None:
        return ""
    try:
        return (await upstream.client().scan_portal(public_portal_id, **guest.visitor)).scan_proof
    except PublicAccessError:
        return ""  # the page then says less; a door that wants a proof says so itself


def keep(response: HttpResponse, public_portal_id: str, guest: GuestPass | None, proof: str) -> HttpResponse:
    """Leave it with this browser, bound to the sign and to the pass, for as long as it is fresh."""
    if guest and proof:
        cookies.put(response, _cookie(public_portal_id), _signer(public_portal_id, guest).sign(proof), max_age=FRESH)
    return response


def held(request: HttpRequest, public_portal_id: str, guest: GuestPass | None) -> str:
    """The proof of a scan of this very sign a moment ago; empty when there is none."""
    if guest is None:
        return ""
    kept = request.COOKIES.get(_cookie(public_portal_id), "")
    try:
        return _signer(public_portal_id, guest).unsign(kept, max_age=FRESH)
    except signing.BadSignature:
        return ""


def forget(response: HttpResponse, public_portal_id: str) -> HttpResponse:
    """It was good for one opening."""
    response.delete_cookie(_cookie(public_portal_id))
    return response


def _cookie(public_portal_id: str) -> str:
    return cookies.name("scan", cookies.mark(public_portal_id))


def _signer(public_portal_id: str, guest: GuestPass) -> signing.TimestampSigner:
    return signing.get_cookie_signer(salt=f"scan {public_portal_id} {guest.fingerprint}")
