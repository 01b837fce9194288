"""The ways that media may take between the two browsers: the STUN and TURN servers that one side is told."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from visitor_portal import ice, roles
from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

from . import truth

Server = dict[str, Any]


def servers(session: Session, role: Role) -> list[Server]:
    """Those of the building where it names some, else those of our settings. None for whoever may not talk now."""
    return [*(session.ice_servers or ice.servers(session.session_id, role.name))] if _may_talk(session, role) else []


def _may_talk(session: Session, role: Role) -> bool:
    now = session.now or datetime.now(UTC)
    is_over = session.expires_at is not None and now >= session.expires_at
    is_elsewhere = role.name == "callee" and bool(session.answered_by)
    return not is_over and not is_elsewhere and (session.live or session.state == "accepted")


@require_safe
async def look_for_ways(request: HttpRequest, session_id: str) -> HttpResponse:
    """What a page asks before it makes another try: credentials that are young enough to begin something with."""
    role = await roles.visitor_or_callee(request, session_id)
    told = {"iceServers": servers(await truth.read(role), role)}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})
