"""What a guest may ask for beside the door: a place on the invite, a code, light, the host's yes, more time."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from visitor_portal import faults, upstream
from visitor_portal.public_access import Conflict, NotOffered, TooSoon, Visitor

from . import codes, guest, offers
from .codes import Code
from .forms import GrantForm, RenewalForm
from .guest import GuestPass
from .taps import Tap, again, back, bound, invite_now, passed, start, tap


@tap()
async def claim(request: HttpRequest, tap: Tap) -> HttpResponse:
    """Who holds a pass gets it confirmed, or a new one where the building no longer knows it."""
    held = await start(tap)
    invite = await invite_now(tap.invite_token, held)
    return guest.give(back(tap), held.granting(invite), request.COOKIES)


@tap()
async def ask(request: HttpRequest, tap: Tap) -> HttpResponse:
    """A phone that finds the invite full asks the host. What it gets is good from the moment the host says yes.

    One that lost its key asks anew, as a phone that holds nothing: its cookie proves no more than the link does.
    """
    is_anew = "anew" in request.POST
    tap = replace(tap, held=None) if is_anew else tap
    visitor = Visitor(**tap.visitor, device_key=tap.device_key)
    try:
        session = await upstream.finish_once(
            tap.key("ask"), lambda: upstream.client().ask_invite_device(tap.invite_token, **visitor)
        )
    except Conflict:  # there is a place after all
        return guest.give(back(tap), await start(tap), request.COOKIES) if is_anew else back(tap)
    except NotOffered:
        return faults.show(request, faults.BY_CODE["max_devices_reached"])
    return guest.give(back(tap), passed(tap, session), request.COOKIES)


@tap()
async def otp(request: HttpRequest, tap: Tap) -> HttpResponse:
    """Have a code sent. Any older one is dead from then on; who asks too soon keeps the one on its way."""
    held = await bound(tap)
    try:
        code = await upstream.finish_once(tap.key("otp"), lambda: codes.send(tap.invite_token, tap.signed(held)))
    except TooSoon as error:
        return await _not_sent(request, tap, held, error)
    invite = await invite_now(tap.invite_token, held)
    held = held.granting(invite)
    if invite is None or invite.state != "active":
        response = back(tap)
    else:
        context = guest.context(request, tap.invite_token, invite, held=held) | {"code": code}
        response = render(request, "visitor/code_sent.html", context)
    return guest.give(codes.keep(response, held, code), held, request.COOKIES)


async def _not_sent(request: HttpRequest, tap: Tap, held: GuestPass, error: TooSoon) -> HttpResponse:
    code: Code | None = codes.held(request, held)
    fault = faults.explain(error)
    response = await again(request, tap.invite_token, held, fault, retry_after=error.retry_after, code=code)
    return guest.give(response, held, request.COOKIES)


@tap()
async def renewal(request: HttpRequest, tap: Tap) -> HttpResponse:
    form = RenewalForm(request.POST)
    if not form.is_valid():
        return faults.show(request, faults.TOO_LARGE)
    note = form.cleaned_data["note"].strip() or None
    said = await upstream.finish_once(
        tap.key("renewal"),
        lambda: upstream.client().request_invite_renewal(tap.invite_token, note=note, **tap.visitor),
    )
    context = {"invite_token": tap.invite_token, "said": said}
    return render(request, "visitor/renewal.html", context)


@tap()
async def lights(request: HttpRequest, tap: Tap) -> HttpResponse:
    """The contract knows lights at signs only: the pass is what proves the guest there."""
    form = GrantForm(request.POST)
    held = await bound(tap)
    invite = await upstream.client().get_invite(tap.invite_token, **held.visitor)
    sign = form.sign_among(offers.doors(invite)) if form.is_valid() else ""
    if not sign:
        return await again(request, tap.invite_token, held, faults.BAD_REQUEST, invite=invite)
    visitor = tap.signed(held)
    await upstream.finish_once(tap.key("lights"), lambda: upstream.client().set_portal_lights(sign, **visitor))
    response = render(request, "visitor/invite_lights.html", {"invite_token": tap.invite_token})
    return guest.give(response, held.granting(invite), request.COOKIES)
