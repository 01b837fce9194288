"""The visit's page and its one fragment, for caller and callee alike."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from visitor_portal import roles

from . import peers, permissions, truth
from .status import Status
from .words import fragment

PLAIN_REFRESH = 3  # seconds between two looks of a page without JavaScript


@require_safe
async def visit(request: HttpRequest, session_id: str) -> HttpResponse:
    """Asked anew: who taps a button comes back here at once, and must read what the tap did."""
    role = await roles.visitor_or_callee(request, session_id)
    status = Status(await truth.read_anew(role), role, get_language() or "en")
    is_plain = "plain" in request.GET
    context = fragment(status) | {
        "is_plain": is_plain,
        "allow": permissions.of(request, status),
        "peer": peers.config(status.session, role),
    }
    response = render(request, "live/visit.html", context)
    if is_plain and status.is_polled:
        response["Refresh"] = str(PLAIN_REFRESH)
    # A resident comes here without this visit's cookie: now that the building named the secret, keep it.
    return roles.give(response, role, request.COOKIES) if role.name == "callee" else response


@require_safe
async def status(request: HttpRequest, session_id: str) -> HttpResponse:
    """The fragment; 204 when the page shows it already, so that nothing moves under a finger."""
    role = await roles.visitor_or_callee(request, session_id)
    shown = request.GET.get("v", "")
    status = Status(await truth.read(role), role, get_language() or "en")
    if shown == status.version:
        return HttpResponse(status=204)
    # What came by a socket that is quiet all the same is made young again, and goes on to rest. But where something
    # new was not pushed, the page asks as if it had no socket, until the next push.
    is_pushed = "net" in request.GET and shown.partition(".")[0] == status.facts
    return render(request, "live/_status.html", fragment(replace(status, is_pushed=is_pushed)))
