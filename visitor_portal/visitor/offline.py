"""A pass that a guest keeps on the phone for when there is no signal: what the page shows, without its buttons."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visitor_portal.public_access import NotFound

from .invite import fragment, read

LONGEST = timedelta(days=30)  # that a pass without an end is kept after the last look
_SCRIPT = Path(settings.BASE_DIR, "static/js/sw.js")


@require_safe
async def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, and asked for anew each time: an old one would show old passes."""
    return HttpResponse(
        _SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@require_safe
async def invite_pass(request: HttpRequest, invite_token: str) -> HttpResponse:
    """`X-Kept-Until`, in milliseconds: from then on no phone shows it any more."""
    shown = await read(request, invite_token)
    shown = replace(shown, clock=replace(shown.clock, is_kept=True))
    if not shown.is_whole:
        raise NotFound(404, "not_found")
    until = shown.invite.valid_to or shown.clock.now + LONGEST
    looked = {"looked": shown.clock.moment(shown.clock.now)}
    response = render(request, "visitor/pass.html", fragment(shown) | looked)
    response["X-Kept-Until"] = str(round(until.timestamp() * 1000))
    return response
