"""A resident lets phones ring: this one, in a tap, and the others of a list."""

import json
from collections.abc import Callable
from hashlib import sha256

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from visitor_portal import browsers, faults, roles, seals
from visitor_portal.http import SeeOther
from visitor_portal.push import phones, vapid
from visitor_portal.push.models import Phone
from visitor_portal.push.phones import BadSubscription, Subscription, TakenElsewhere, TooMany
from visitor_portal.roles import Role

from . import devices
from .permissions import how_to_allow
from .ringable import Ringable
from .views import current

MOST_JSON = 4096


async def ringable(request: HttpRequest, role: Role, owner: str) -> Ringable:
    held = sha256(devices.secret(request.COOKIES).encode()).hexdigest()
    known = await sync_to_async(phones.known_of)(owner)
    return Ringable(role, known, held, get_language() or "en")


async def _resident(request: HttpRequest) -> tuple[Role, str]:
    """Who asks, and under which id their phones are kept."""
    role = await roles.required(request, "", "resident")
    return role, (await current(role, cookies=request.COOKIES)).resident.resident_id


@require_safe
async def page(request: HttpRequest) -> HttpResponse:
    shown = await ringable(request, *await _resident(request))
    agent = request.headers.get("User-Agent", "")
    context = {
        "shown": shown,
        "key": vapid.public_key(),
        "undo": how_to_allow(agent),
        "is_iphone": browsers.is_iphone(agent),
    }
    return render(request, "resident/phones.html", context)


@require_safe
async def listed(request: HttpRequest) -> HttpResponse:
    """The fragment; 204 when the page shows it already."""
    shown = await ringable(request, *await _resident(request))
    if request.GET.get("v") == shown.version:
        return HttpResponse(status=204)
    return render(request, "resident/_phones.html", {"shown": shown})


# -- this phone


@require_POST
async def subscribe(request: HttpRequest) -> HttpResponse:
    """What this browser got from its push service. JSON alone: no form of another site can send it."""
    _role, owner = await _resident(request)
    try:
        if request.content_type != "application/json" or len(request.body) > MOST_JSON:
            raise BadSubscription("no JSON")
        sent = json.loads(request.body)
        subscription = Subscription.from_json(sent)
    except (ValueError, RecursionError):
        return JsonResponse({"says": _("This browser's push service is not one that can be used here.")}, status=400)
    return await _taken_in(request, owner, subscription, wants_proof=sent.get("prove") is True)


async def _taken_in(
    request: HttpRequest, owner: str, subscription: Subscription, *, wants_proof: bool
) -> HttpResponse:
    name = browsers.name(request.headers.get("User-Agent", "")) or _("Phone")
    held = devices.secret(request.COOKIES)
    try:
        phone, secret = await sync_to_async(phones.take_in)(owner, name, subscription, held, now=timezone.now())
    except TooMany:
        return JsonResponse({"says": _("Ten phones ring for you already. Remove one of them first.")}, status=409)
    except TakenElsewhere:
        return JsonResponse({"says": _("This browser rings for somebody else.")}, status=409)
    if wants_proof:
        await sync_to_async(phones.test)(owner, phone.id)
    return devices.keep(JsonResponse({"phone": phone.id}), secret)


@require_POST
async def proof(request: HttpRequest) -> HttpResponse:
    """A phone says that it showed a test ring. What counts is the receipt that was sent to it."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    try:
        about = str(json.loads(request.body)["about"]) if len(request.body) <= MOST_JSON else ""
    except (ValueError, RecursionError, LookupError, TypeError):
        about = ""
    now = timezone.now()
    if scheme == "Bearer" and about and await sync_to_async(phones.proved_by_test)(about, token, now=now):
        return HttpResponse(status=204)
    return HttpResponse(status=403)


# -- any of them


def _rename(request: HttpRequest, owner: str, phone_id: str) -> None:
    phones.rename(owner, phone_id, request.POST.get("name", ""))


def _remove(request: HttpRequest, owner: str, phone_id: str) -> None:
    phones.end(owner, phone_id, Phone.Why.REMOVED, now=timezone.now())


def _lose(request: HttpRequest, owner: str, phone_id: str) -> None:
    phones.end(owner, phone_id, Phone.Why.LOST, now=timezone.now())


def _dismiss(request: HttpRequest, owner: str, phone_id: str) -> None:
    phones.dismiss(owner, phone_id)


def _test(request: HttpRequest, owner: str, phone_id: str) -> None:
    phones.test(owner, phone_id)


ACTIONS: dict[str, Callable[[HttpRequest, str, str], None]] = {
    "rename": _rename,
    "remove": _remove,
    "lost": _lose,
    "dismiss": _dismiss,
    "test": _test,
}


@require_POST
async def act(request: HttpRequest, phone_id: str) -> HttpResponse:
    role, owner = await _resident(request)
    action = ACTIONS.get(request.POST.get("do", ""))
    try:
        seals.nonce(request.POST.get("seal", ""), "phones", role.fingerprint)
    except seals.OldSeal:
        return faults.show(request, faults.OLD_PAGE)
    except seals.BadSeal:
        return faults.show(request, faults.NOT_FROM_OUR_PAGE)
    if action is None:
        return faults.show(request, faults.BAD_REQUEST)
    await sync_to_async(action)(request, owner, phone_id)
    return SeeOther(reverse("phones"))
