"""A guest's second phone asks: the host's page, which the link in the letter opens without any other key."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from visitor_portal import faults, upstream
from visitor_portal.http import SeeOther

ANSWERS = {"allow": True, "deny": False}


@require_http_methods(["GET", "HEAD", "POST"])
async def device_request(request: HttpRequest, request_token: str) -> HttpResponse:
    """Looking decides nothing: mail programs open links before people do."""
    if request.method == "POST":
        return await _answer(request, request_token)
    asked = await upstream.client().get_device_request(request_token)
    with timezone.override(_zone(asked.timezone)):
        return render(request, "resident/request.html", {"asked": asked})


async def _answer(request: HttpRequest, request_token: str) -> HttpResponse:
    allow = ANSWERS.get(request.POST.get("answer", ""))
    if allow is None:
        return faults.show(request, faults.BAD_REQUEST)
    await upstream.finish(upstream.client().answer_device_request(request_token, allow=allow))
    return SeeOther(reverse("device_request", args=[request_token]))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
