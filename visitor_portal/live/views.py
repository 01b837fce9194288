"""The visit's page and its one fragment, for caller and callee alike."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from visitor_portal import roles, upstream
from visitor_portal.roles import Role

from . import peers
from .status import Status
from .words import fragment

PLAIN_REFRESH = 3  # seconds between two looks of a page without JavaScript


async def current(role: Role, language: str | None = None) -> Status:
    """The session as this role sees it now."""
    session = await upstream.client().get_session(role.session_id, token=role.secret)
    return Status(session, role, language or get_language() or "en")


@require_safe
async def visit(request: HttpRequest, session_id: str) -> HttpResponse:
    role = await roles.visitor_or_callee(request, session_id)
    status = await current(role)
    is_plain = "plain" in request.GET
    context = fragment(status) | {
        "is_plain": is_plain,
        "peer": peers.config(status.session, role),
        "ice_servers": json.dumps(status.session.ice_servers or settings.ICE_SERVERS),
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
    status = await current(role)
    if request.GET.get("v") == status.version:
        return HttpResponse(status=204)
    return render(request, "live/_status.html", fragment(status))
