"""The page of an invite. Reading it changes nothing: no use, no phone's place, no code is spent by it."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from visitor_portal import upstream
from visitor_portal.http import asked
from visitor_portal.public_access import NotFound, PublicAccessError, Visitor
from visitor_portal.public_access.wire import Invite

from . import diary, handover, holding, moved, who, wifi
from . import guest as passes
from .clock import Clock, first_day, locale_of
from .moved import Waiting
from .shown import Shown

KEPT = "private, max-age=60"  # a picture that a phone keeps for the next look of the same page


@require_safe
async def invite(request: HttpRequest, invite_token: str) -> HttpResponse:
    return render(request, "visitor/invite.html", _page(request, await read(request, invite_token)))


@require_safe
async def invite_status(request: HttpRequest, invite_token: str) -> HttpResponse:
    """The fragment; 204 when the page shows it already. A link that is no more leaves no button either."""
    try:
        shown = await read(request, invite_token)
    except NotFound:
        shown = _shown(request, invite_token, Invite(invite_token, "not_found"), None)
        return render(request, "visitor/_invite.html", _page(request, shown), status=404)
    if request.GET.get("v") == shown.version:
        return HttpResponse(status=204)
    return render(request, "visitor/_invite.html", _page(request, shown))


@require_safe
async def invite_photo(request: HttpRequest, invite_token: str) -> HttpResponse:
    """Through us, so that nobody else's server learns who looks at the invite."""
    guest = _holder(request, invite_token, await moved.look(request, invite_token))
    photo = await upstream.client().get_invite_photo(invite_token, **_visitor(request, guest))
    return HttpResponse(photo.content, content_type=photo.content_type, headers={"Cache-Control": KEPT})


@require_safe
async def invite_calendar(request: HttpRequest, invite_token: str) -> HttpResponse:
    shown = await read(request, invite_token)
    if not shown.has_diary:
        raise NotFound(404, "not_found")
    text = diary.text(
        diary.windows(shown.holding),
        title=shown.invite.name or _("Visit"),
        place=shown.address,
        link=settings.PUBLIC_BASE_URL + reverse("invite", args=[invite_token]),
        now=shown.clock.now,
    )
    headers = {"Content-Disposition": 'inline; filename="invite.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


@require_safe
async def invite_wifi(request: HttpRequest, invite_token: str, wifi_id: str) -> HttpResponse:
    shown = await read(request, invite_token)
    networks = shown.invite.wifi_networks if shown.state == "active" else ()
    network = next((network for network in networks if network.id == wifi_id and wifi.has_code(network)), None)
    if network is None:
        raise NotFound(404, "not_found")
    return HttpResponse(wifi.svg(network), content_type="image/svg+xml")


async def read(request: HttpRequest, invite_token: str) -> Shown:
    """The invite as this phone sees it now. One that there is not is a page that there is not."""
    waiting = await moved.look(request, invite_token)
    guest = _holder(request, invite_token, waiting)
    found = await upstream.client().get_invite(
        invite_token, device_id=guest.guest_id if guest else None, **_visitor(request, guest)
    )
    if found.state == "not_found":
        raise NotFound(404, "not_found")
    await _speak_as_invited(request, invite_token)
    shown = _shown(request, invite_token, found, guest)
    return replace(shown, handed=waiting.code) if waiting else shown


def fragment(shown: Shown) -> dict[str, Any]:
    """What the templates need, buttons aside."""
    return {
        "shown": shown,
        "state": shown.state,
        "invite": shown.invite,
        "token": shown.token,
        "holding": shown.holding,
        "clock": shown.clock,
    }


def _page(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    buttons = passes.context(request, shown.token, shown.invite)
    return fragment(shown) | buttons | {"way": handover.way(request, shown)}


def _shown(request: HttpRequest, invite_token: str, found: Invite, guest: passes.GuestPass | None) -> Shown:
    language, now = get_language() or "en", timezone.now()
    locale = locale_of(request.headers.get("Accept-Language", ""), language)
    held = holding.of(found, now, first_day=first_day(locale))
    holder = repr(sorted(request.COOKIES.items()))
    return Shown(invite_token, found, guest, language, holder, Clock(locale, held.zone, now), held)


async def _speak_as_invited(request: HttpRequest, invite_token: str) -> None:
    """In the language that the host chose, for a browser that asks for none that we speak."""
    if asked(request.headers.get("Accept-Language", "")):
        return
    try:
        told = await upstream.client().get_invite_locale(invite_token)
    except PublicAccessError:
        return
    if language := asked(told.locale.replace("_", "-")):
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _holder(request: HttpRequest, invite_token: str, waiting: Waiting | None) -> passes.GuestPass | None:
    """The pass that this browser holds, or would hold after a tap."""
    return waiting.guest if waiting else passes.of(request, invite_token)


def _visitor(request: HttpRequest, guest: passes.GuestPass | None) -> Visitor:
    """A resident's key and a guest's pass prove different things, and one browser may hold both."""
    resident = who.resident(request)
    visitor = guest.visitor if guest else Visitor()
    return Visitor(**visitor, token=resident.secret) if resident else visitor
