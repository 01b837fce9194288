"""The visit's page and its one fragment, for caller and callee alike."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from visitor_portal import roles
from visitor_portal.roles import Role

from . import kept, peers, permissions, truth
from .desk import Desk, RefusedLine
from .status import Status
from .words import fragment

PLAIN_REFRESH = 3  # seconds between two looks of a page without JavaScript


@require_safe
async def visit(request: HttpRequest, session_id: str) -> HttpResponse:
    return await page(request, await roles.visitor_or_callee(request, session_id))


async def page(request: HttpRequest, role: Role, refused: RefusedLine | None = None) -> HttpResponse:
    """Asked anew: who taps a button comes back here at once, and must read what the tap did."""
    session = await kept.beside(await truth.read_anew(role), role)
    status = Status(session, role, get_language() or "en")
    is_plain = "plain" in request.GET
    # Without JavaScript a page that looks again would take the words from under whoever types.
    is_typing = is_plain and status.can_write and ("write" in request.GET or bool(refused and refused.draft))
    context = fragment(status) | {
        "is_plain": is_plain,
        "is_typing": is_typing,
        "allow": permissions.of(request, status),
        "peer": peers.config(status.session, role),
        "desk": Desk(status, refused),
    }
    response = render(request, "live/visit.html", context, status=refused.status if refused else 200)
    if is_plain and status.is_polled and not is_typing:
        response["Refresh"] = _refresh(request, role, refused)
    if refused and refused.retry_after:
        response["Retry-After"] = str(refused.retry_after)
    # A resident comes here without this visit's cookie: now that the building named the secret, keep it.
    return roles.give(response, role, request.COOKIES) if role.name == "callee" else response


def _refresh(request: HttpRequest, role: Role, refused: RefusedLine | None) -> str:
    """The page itself; where it answers a form, the visit's own address, and late enough to be read."""
    if refused is None:
        return str(PLAIN_REFRESH)
    return f"{PLAIN_REFRESH * 2}; url={reverse('visit', args=[role.session_id])}?as={role.name}&plain"


@require_safe
async def status(request: HttpRequest, session_id: str) -> HttpResponse:
    """The fragment; 204 when the page shows it already, so that nothing moves under a finger."""
    role = await roles.visitor_or_callee(request, session_id)
    shown = request.GET.get("v", "")
    session = await kept.beside(await truth.read(role), role)
    status = Status(session, role, get_language() or "en")
    if shown == status.version:
        return HttpResponse(status=204)
    # What came by a socket that is quiet all the same is made young again, and goes on to rest. But where something
    # new was not pushed, the page asks as if it had no socket, until the next push.
    is_pushed = "net" in request.GET and shown.partition(".")[0] == status.facts
    return render(request, "live/_status.html", fragment(replace(status, is_pushed=is_pushed)))
