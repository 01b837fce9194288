"""What a tap on the visit's page does. Every effect is a form that posts here, and ends whoever hangs up."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from visitor_portal import faults, roles, seals, upstream
from visitor_portal.http import SeeOther
from visitor_portal.openings import ledger
from visitor_portal.openings.models import Opening
from visitor_portal.roles import Role, RoleName

Effect = Callable[[HttpRequest, Role, str], Awaitable[HttpResponse]]
View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def effect(name: RoleName, *, max_age: int = seals.PAGE_AGE) -> Callable[[Effect], View]:
    """A POST by this role, from a page of ours. The view gets the role and the tap's nonce."""

    def decorate(view: Effect) -> View:
        @require_POST
        @wraps(view)
        async def checked(request: HttpRequest, session_id: str) -> HttpResponse:
            role = await roles.required(request, session_id, name)
            try:
                nonce = seals.nonce(
                    request.POST.get("seal", ""), "visit", session_id, name, role.fingerprint, max_age=max_age
                )
            except seals.OldSeal:
                return faults.show(request, faults.OLD_PAGE)
            except seals.BadSeal:
                return faults.show(request, faults.NOT_FROM_OUR_PAGE)
            return await view(request, role, nonce)

        return checked

    return decorate


def back(role: Role, *, is_plain: bool = False) -> HttpResponse:
    """To the visit's page, as this role."""
    query = {"as": "callee"} if role.name == "callee" else {}
    asked = urlencode(query | ({"plain": ""} if is_plain else {}))
    return SeeOther(reverse("visit", args=[role.session_id]) + (f"?{asked}" if asked else ""))


@effect("caller")
async def cancel(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().cancel_session(role.session_id, token=role.secret))
    return back(role)


@effect("callee")
async def decline(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().decline_session(role.session_id, token=role.secret))
    return back(role)


@effect("callee")
async def answer(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().answer_session(role.session_id, token=role.secret))
    return back(role)


@effect("callee")
async def lights(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().set_session_lights(role.session_id, token=role.secret))
    return back(role)


@effect("callee", max_age=seals.OPEN_AGE)
async def open_door(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    """One tap, one command: the nonce of the form is its key, here and at the building."""
    client = upstream.client()
    opening = await upstream.finish(
        ledger.once(
            nonce,
            lambda key: client.open_session(role.session_id, token=role.secret, idempotency_key=key),
        )
    )
    if opening.state == Opening.State.CONFIRMED:
        return back(role)
    return faults.show(request, faults.of_opening(opening), retry_after=opening.retry_after)


@effect("callee")
async def receipt(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    """This device shows the ring, or opened its page: the caller may read so."""
    stage = "opened" if request.POST.get("stage") == "opened" else "shown"
    await upstream.client().receipt_session(role.session_id, token=role.secret, stage=stage)
    return HttpResponse(status=204)
