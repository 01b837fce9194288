"""For machines that watch this one, and for crawlers."""

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from visitor_portal import events, upstream
from visitor_portal.public_access import PublicAccessError


@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
async def readyz(request: HttpRequest) -> HttpResponse:
    """Which of the three that a visit needs answer now; 503 when one does not."""
    parts = {"database": await _database(), "layer": await _layer(), "upstream": await _upstream()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


async def _database() -> bool:
    try:
        await sync_to_async(connection.ensure_connection)()
    except DatabaseError:
        return False
    return True


async def _layer() -> bool:
    return await events.send(events.session_group("readyz"), events.Changed(type="session.changed"))


async def _upstream() -> bool:
    try:
        await upstream.client().get_status()
    except PublicAccessError:
        return False
    return True


@require_safe
async def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
