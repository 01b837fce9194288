"""Pages at home."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from visitor_portal import roles, upstream
from visitor_portal.http import SeeOther
from visitor_portal.push import vapid
from visitor_portal.roles import Role

from . import devices
from .visits import Visits

PLAIN_REFRESH = 5  # seconds between two looks of a page without JavaScript


async def current(role: Role, language: str | None = None, *, cookies: Mapping[str, str]) -> Visits:
    """What rings for this resident now. A phone that was reported lost is shown nothing of it."""
    resident = await upstream.client().get_resident(key=role.secret)
    await devices.refuse_lost(resident.resident_id, cookies)
    return Visits(resident, language or get_language() or "en")


@require_safe
async def enter(request: HttpRequest, resident_key: str) -> HttpResponse:
    """The link that a resident was handed: the key goes into a cookie and leaves the address."""
    role = Role("resident", "", resident_key)
    await upstream.client().get_resident(key=resident_key)
    return roles.give(SeeOther(reverse("resident")), role, request.COOKIES)


@require_safe
async def home(request: HttpRequest) -> HttpResponse:
    visits = await current(await roles.required(request, "", "resident"), cookies=request.COOKIES)
    is_plain = "plain" in request.GET
    mark = await devices.mark(visits.resident.resident_id, request.COOKIES)
    context = {"visits": visits, "is_plain": is_plain, "key": vapid.public_key(), "mark": mark}
    response = render(request, "resident/home.html", context)
    if is_plain:
        response["Refresh"] = str(PLAIN_REFRESH)
    return response


@require_safe
async def visits(request: HttpRequest) -> HttpResponse:
    """The fragment; 204 when the page shows it already."""
    visits = await current(await roles.required(request, "", "resident"), cookies=request.COOKIES)
    if request.GET.get("v") == visits.version:
        return HttpResponse(status=204)
    return render(request, "resident/_visits.html", {"visits": visits})
