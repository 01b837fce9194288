"""What a tap on the visit's page does. Every effect is a form that posts here, and ends whoever hangs up."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from visitor_portal import faults, roles, seals, upstream
from visitor_portal.faults import Fault
from visitor_portal.http import SeeOther
from visitor_portal.openings import ledger
from visitor_portal.openings.models import Opening
from visitor_portal.roles import Role, RoleName

Effect = Callable[[HttpRequest, Role, str], Awaitable[HttpResponse]]
View = Callable[..., Coroutine[Any, Any, HttpResponse]]

OLD_PAGE = Fault(
    409,
    _("This page stood open for a while"),
    _("To be safe we did nothing."),
    _("Tap again."),
)
OPEN_UNKNOWN = Fault(
    504,
    _("We don't know whether the door opened"),
    _("We asked the door to open but got no answer."),
    _("Try the door. If it is shut, tap again in 5 seconds."),
)
OPEN_REFUSED = Fault(
    409, _("The door was not opened"), _("The building said no."), _("Open it by hand, or go to the door.")
)
OPEN_NOT_SENT = Fault(
    503,
    _("The building is not answering"),
    _("We could not reach it, so the door was not opened, that is certain."),
    _("Tap again in a moment, or open it by hand."),
)


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
                return faults.show(request, OLD_PAGE)
            except seals.BadSeal:
                return faults.show(request, faults.NOT_FROM_OUR_PAGE)
            return await view(request, role, nonce)

        return checked

    return decorate


def _back(role: Role) -> HttpResponse:
    asked = "?as=callee" if role.name == "callee" else ""
    return SeeOther(reverse("visit", args=[role.session_id]) + asked)


@effect("caller")
async def cancel(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().cancel_session(role.session_id, token=role.secret))
    return _back(role)


@effect("callee")
async def decline(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().decline_session(role.session_id, token=role.secret))
    return _back(role)


@effect("callee")
async def answer(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().answer_session(role.session_id, token=role.secret))
    return _back(role)


@effect("callee")
async def lights(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    await upstream.finish(upstream.client().set_session_lights(role.session_id, token=role.secret))
    return _back(role)


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
        return _back(role)
    return faults.show(request, _not_opened(opening), retry_after=opening.retry_after)


def _not_opened(opening: Opening) -> Fault:
    if opening.state != Opening.State.REFUSED:
        return OPEN_UNKNOWN
    if opening.code == "not_sent":
        return OPEN_NOT_SENT
    if opening.retry_after is not None:
        return faults.TOO_SOON
    return faults.BY_CODE.get(opening.code, OPEN_REFUSED)


@effect("callee")
async def receipt(request: HttpRequest, role: Role, nonce: str) -> HttpResponse:
    """This device shows the ring, or opened its page: the caller may read so."""
    stage = "opened" if request.POST.get("stage") == "opened" else "shown"
    await upstream.client().receipt_session(role.session_id, token=role.secret, stage=stage)
    return HttpResponse(status=204)
