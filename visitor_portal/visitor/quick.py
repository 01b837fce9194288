"""Quick open: the sign of a door that whoever stands before it may open by a tap."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from visitor_portal import faults, seals, sentences, upstream
from visitor_portal.openings import ledger
from visitor_portal.openings.models import Opening
from visitor_portal.public_access import Visitor

from . import scan, sign, who
from .device import command_key
from .who import Standing

View = Callable[..., Coroutine[Any, Any, HttpResponse]]
FOR_GUESTS = faults.BY_CODE | sentences.OF_AN_INVITE


def seal(public_portal_id: str, standing: Standing) -> str:
    """The token of a quick-open form: bound to the sign and to whoever it was shown to."""
    return seals.mint("open", public_portal_id, standing.fingerprint)


def tap(view: View) -> View:
    """A POST from a page of ours that is not older than a minute or two. The view gets the name of the tap's command,
    and as whom the page was shown."""

    @require_POST
    @wraps(view)
    async def checked(request: HttpRequest, public_portal_id: str) -> HttpResponse:
        token, failed = request.POST.get("seal", ""), faults.NOT_FROM_OUR_PAGE
        for standing in who.standings(request, public_portal_id):
            about = (public_portal_id, standing.fingerprint)
            try:
                seals.nonce(token, "open", *about, max_age=seals.OPEN_AGE)
            except seals.OldSeal:
                failed = faults.OLD_PAGE
            except seals.BadSeal:
                continue
            else:
                return await view(request, public_portal_id, command_key(request.POST), standing)
        return faults.show(request, failed)

    return checked


@tap
async def open_door(request: HttpRequest, public_portal_id: str, name: str, standing: Standing) -> HttpResponse:
    """One tap, one command: its name is its key, here and at the building."""
    client, asking = upstream.client(), _signed(request, standing)
    if proof := scan.held(request, public_portal_id, standing.guest):
        asking["scan_proof"] = proof
    opening = await upstream.finish(
        ledger.once(name, lambda key: client.open_portal(public_portal_id, idempotency_key=key, **asking))
    )
    if opening.state != Opening.State.CONFIRMED:
        words = FOR_GUESTS if standing.guest else faults.BY_CODE
        return faults.show(request, faults.of_opening(opening, words), retry_after=opening.retry_after)
    found = await sign.read(public_portal_id, standing)
    context = {"portal": found.portal, "opening": opening, "seal": seal(public_portal_id, standing)}
    response = render(request, "visitor/opened.html", context)
    return scan.forget(response, public_portal_id) if proof else response


def _signed(request: HttpRequest, standing: Standing) -> Visitor:
    return Visitor(**standing.visitor, device_proof=request.POST.get("device_proof", ""))


@tap
async def lights(request: HttpRequest, public_portal_id: str, name: str, standing: Standing) -> HttpResponse:
    await upstream.finish(upstream.client().set_portal_lights(public_portal_id, **_signed(request, standing)))
    return render(request, "visitor/lights.html", {"portal": (await sign.read(public_portal_id, standing)).portal})


@require_safe
async def reachable(request: HttpRequest, public_portal_id: str) -> HttpResponse:
    """The fragment below the button: whether the door would answer now. Asked by a page that shows a button."""
    found = await sign.look(public_portal_id, who.standings(request, public_portal_id))
    told = None
    if found.opens or found.standing.guest:  # a guest's door may want more than a tap at the sign can bring
        told = await upstream.client().get_portal_reachable(public_portal_id, **found.standing.visitor)
    return render(request, "visitor/_reachable.html", {"portal": found.portal, "told": told})
