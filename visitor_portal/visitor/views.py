"""Pages at the door."""

import asyncio

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from visitor_portal import faults, roles, seals, upstream
from visitor_portal.http import SeeOther
from visitor_portal.public_access import PublicAccessError
from visitor_portal.public_access.wire import Session

from . import device, directory, quick, scan, sign, who
from . import guest as passes
from .forms import CallForm

LONGEST_QUERY = 100


@require_safe
async def home(request: HttpRequest) -> HttpResponse:
    return render(request, "visitor/home.html")


@require_safe
async def portal(request: HttpRequest, public_portal_id: str) -> HttpResponse:
    return await _portal_page(request, public_portal_id)


async def _portal_page(request: HttpRequest, public_portal_id: str, *, is_old: bool = False) -> HttpResponse:
    query = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    standings, guest = who.standings(request, public_portal_id), passes.at_sign(request, public_portal_id)
    found, proof = await asyncio.gather(
        sign.look(public_portal_id, standings, query), scan.fresh(public_portal_id, guest)
    )
    language = get_language() or "en"
    context = {
        "portal": found.portal,
        "targets": found.targets,
        "query": query,
        "found": directory.find(found.targets, language, query),
        "seal": seals.mint("call", public_portal_id),
        "open_seal": quick.seal(public_portal_id, found.standing) if found.opens else "",
        "device": device.at_sign(found.standing.guest.name, found.portal) if found.standing.guest else None,
        "is_guest": guest is not None,
        "is_old": is_old,
    }
    response = render(request, "visitor/portal.html", context, status=409 if is_old else 200)
    return scan.keep(response, public_portal_id, guest, proof)


@require_POST
async def call(request: HttpRequest, public_portal_id: str) -> HttpResponse:
    """Ring somebody. A second tap on the same page joins the first one's call."""
    form = CallForm(request.POST, public_portal_id=public_portal_id)
    if not form.is_valid():
        return await _not_called(request, public_portal_id, form)
    key = f"call {form.cleaned_data['seal']} {form.cleaned_data['call']}"
    if not upstream.is_shared(key) and (running := await _running(request)):
        return render(request, "visitor/already.html", {"session": running}, status=409)
    mode, target_id = form.choice
    guest = who.guest_id(request)
    started = await upstream.finish_once(
        key,
        lambda: upstream.client().start_portal_session(
            public_portal_id, target_id=target_id, mode=mode, guest_id=guest
        ),
    )
    response = who.remember(SeeOther(reverse("visit", args=[started.session_id])), guest)
    return roles.give(response, roles.Role("caller", started.session_id, started.caller_token), request.COOKIES)


async def _not_called(request: HttpRequest, public_portal_id: str, form: CallForm) -> HttpResponse:
    if form.is_old:
        return await _portal_page(request, public_portal_id, is_old=True)
    return faults.show(request, faults.NOT_FROM_OUR_PAGE if form.is_forged else faults.BAD_REQUEST)


async def _running(request: HttpRequest) -> Session | None:
    """The call that this browser is in already."""
    for role in roles.callers(request.COOKIES):
        try:
            session = await upstream.client().get_session(role.session_id, token=role.secret)
        except PublicAccessError:
            continue  # whatever is wrong with an old call must not stop a new one
        if session.live and session.mode != "message":  # who only wrote may ring as well
            return session
    return None
