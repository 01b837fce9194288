"""Quick open: the sign of a door that whoever stands before it may open by a tap."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from visitor_portal import faults, seals, upstream
from visitor_portal.openings import ledger
from visitor_portal.openings.models import Opening
from visitor_portal.public_access.wire.portals import GUEST_DIRECTORY

from . import sign, who

View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def seal(request: HttpRequest, public_portal_id: str) -> str:
    """The token of a quick-open form: bound to the sign and to whoever it was shown to."""
    return seals.mint("open", public_portal_id, _fingerprint(request))


def _fingerprint(request: HttpRequest) -> str:
    role = who.resident(request)
    return role.fingerprint if role else ""


def tap(view: View) -> View:
    """A POST from a page of ours that is not older than a minute or two. The view gets the tap's nonce."""

    @require_POST
    @wraps(view)
    async def checked(request: HttpRequest, public_portal_id: str) -> HttpResponse:
        token, about = request.POST.get("seal", ""), (public_portal_id, _fingerprint(request))
        try:
            nonce = seals.nonce(token, "open", *about, max_age=seals.OPEN_AGE)
        except seals.OldSeal:
            return faults.show(request, faults.OLD_PAGE)
        except seals.BadSeal:
            return faults.show(request, faults.NOT_FROM_OUR_PAGE)
        return await view(request, public_portal_id, nonce)

    return checked


@tap
async def open_door(request: HttpRequest, public_portal_id: str, nonce: str) -> HttpResponse:
    """One tap, one command: the nonce of the form is its key, here and at the building."""
    client, asking = upstream.client(), who.of(request)
    opening = await upstream.finish(
        ledger.once(nonce, lambda key: client.open_portal(public_portal_id, idempotency_key=key, **asking))
    )
    if opening.state != Opening.State.CONFIRMED:
        return faults.show(request, faults.of_opening(opening), retry_after=opening.retry_after)
    found = await sign.read(public_portal_id, asking)
    context = {"portal": found.portal, "opening": opening, "seal": seal(request, public_portal_id)}
    return render(request, "visitor/opened.html", context)


@tap
async def lights(request: HttpRequest, public_portal_id: str, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().set_portal_lights(public_portal_id, **who.of(request)))
    return render(
        request, "visitor/lights.html", {"portal": (await sign.read(public_portal_id, who.of(request))).portal}
    )


@require_safe
async def reachable(request: HttpRequest, public_portal_id: str) -> HttpResponse:
    """The fragment below the button: whether the door would answer now. Asked by a page that shows a button."""
    found = await sign.read(public_portal_id, who.of(request))
    told = None
    if found.portal.mode != GUEST_DIRECTORY:
        told = await upstream.client().get_portal_reachable(public_portal_id, **who.of(request))
    return render(request, "visitor/_reachable.html", {"portal": found.portal, "told": told})
