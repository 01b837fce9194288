"""A guest's tap on a door of an invite, and the page that tells what became of it."""

import asyncio
import time
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from visitor_portal import faults, seals, sentences, upstream
from visitor_portal.openings import ledger
from visitor_portal.openings.models import Opening
from visitor_portal.public_access import ExecutedInvite, PublicAccessError, Visitor
from visitor_portal.public_access.wire import Invite, PortalGrant

from . import codes, guest, offers, scan
from .device import NOT_PROVED, not_proved
from .forms import ExecuteInviteForm
from .guest import GuestPass
from .taps import Tap, again, bound, invite_now, tap

WORDS = faults.BY_CODE | sentences.OF_AN_INVITE
ASK_NO_MORE = 286


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one tap, for every request that stands for it."""

    held: GuestPass
    opening: Opening
    told: ExecutedInvite | None = None  # only where it was asked: another process knows the ledger alone

    @property
    def says_all(self) -> bool:
        """Whether what the building said is enough for the page that tells it."""
        is_confirmed = self.opening.state == Opening.State.CONFIRMED
        return is_confirmed and self.told is not None and self.told.label is not None

    @property
    def seconds_left(self) -> int | None:
        """Until the door shuts again; 0 when it should be shut by now."""
        told = self.told
        stays = told and (told.door_open_duration_seconds or told.door_auto_close_duration)
        if not stays or self.opening.closed_at is None:
            return None
        return max(0, round(stays - (timezone.now() - self.opening.closed_at).total_seconds()))


@tap(max_age=seals.OPEN_AGE)
async def execute(request: HttpRequest, tap: Tap) -> HttpResponse:
    """One tap, one command. A phone without a pass takes its place on the invite by the same tap, and keeps it."""
    form = ExecuteInviteForm(request.POST)
    if not form.is_valid():
        return await again(request, tap.invite_token, tap.held, faults.BAD_REQUEST)
    until = asyncio.get_running_loop().time() + settings.OPEN_DEADLINE
    key = form.key
    ended = await upstream.finish_once(key, lambda: _open(request, tap, form, key))
    invite = None if tap.held and ended.says_all else await invite_now(tap.invite_token, ended.held, until)
    held = ended.held.granting(invite)
    if ended.opening.state == Opening.State.CONFIRMED:
        response = _opened(request, tap, form, ended, invite)
    elif ended.opening.code == NOT_PROVED:
        response = not_proved(request, tap.invite_token, guest.seal(tap.invite_token, held))
    else:
        fault, wait = faults.of_opening(ended.opening, WORDS), ended.opening.retry_after
        response = await again(request, tap.invite_token, held, fault, retry_after=wait, invite=invite)
    return guest.give(response, held, request.COOKIES)


async def _open(request: HttpRequest, tap: Tap, form: ExecuteInviteForm, key: str) -> Ended:
    held, told = await bound(tap), None
    visitor, proofs = _visitor(request, tap, form, held), _proofs(request, form, held)

    async def command(key: str) -> ExecutedInvite:
        nonlocal told
        client = upstream.client()
        told = await client.execute_invite(tap.invite_token, idempotency_key=key, **proofs, **visitor)
        return told

    opening = await ledger.once(key, command)
    if told and told.invite_id:
        held = replace(held, invite_id=told.invite_id)
    return Ended(held, opening, told)


def _visitor(request: HttpRequest, tap: Tap, form: ExecuteInviteForm, held: GuestPass) -> Visitor:
    visitor = tap.signed(held)
    if form.sign and (proof := scan.held(request, form.sign, held)):
        visitor["scan_proof"] = proof
    return visitor


def _proofs(request: HttpRequest, form: ExecuteInviteForm, held: GuestPass) -> dict[str, str]:
    """The door, and what its host wants to see; what was not typed is not sent."""
    sent, code = form.cleaned_data, codes.held(request, held)
    challenge = sent["challenge"] or (code.challenge if code else "")
    proofs = {"grant_id": sent["grant_id"], "pin": sent["pin"], "otp_code": sent["otp_code"]}
    proofs["otp_challenge_id"] = challenge if sent["otp_code"] else ""
    return {name: proof for name, proof in proofs.items() if proof}


def _opened(
    request: HttpRequest, tap: Tap, form: ExecuteInviteForm, ended: Ended, invite: Invite | None
) -> HttpResponse:
    """What the guest spent is gone from this browser as well."""
    grant, told = _grant(invite, form.cleaned_data["grant_id"]), ended.told
    is_held_open = bool(grant and grant.hold and grant.hold.mode == "hold_open")
    context = {
        "invite_token": tap.invite_token,
        "label": grant.label if grant else told.label if told else None,
        "seen_open": ended.opening.seen_open,
        "look": _look(tap.invite_token, form.key, ended),
        "seconds_left": None if is_held_open else ended.seconds_left,
        "is_slow": bool(told and told.degradation),
        "uses_remaining": told.uses_remaining if told else None,
    }
    response = render(request, "visitor/invite_opened.html", context)
    if form.sign:
        scan.forget(response, form.sign)
    return codes.forget(response, ended.held) if form.cleaned_data["otp_code"] else response


def _look(invite_token: str, key: str, ended: Ended) -> str:
    """Where to ask whether the door was seen open since; empty when that is known, or the door is shut again."""
    if ended.opening.seen_open is not None or not ended.seconds_left:
        return ""
    until = int(time.time()) + ended.seconds_left
    return f"{reverse('invite_opened', args=[invite_token, key])}?until={until}"


@require_safe
async def seen(request: HttpRequest, invite_token: str, key: str) -> HttpResponse:
    """The fragment once there is something to tell; until then 204, and 286, with which htmx asks no more."""
    try:
        told = await upstream.client().get_invite_opening(invite_token, idempotency_key=key)
    except PublicAccessError:
        return HttpResponse(status=ASK_NO_MORE)
    if told.seen_open is None:
        until = request.GET.get("until", "")
        is_over = not until.isdecimal() or len(until) > 12 or time.time() > int(until)
        return HttpResponse(status=ASK_NO_MORE if is_over else 204)
    return render(request, "visitor/_opened.html", {"seen_open": told.seen_open})


def _grant(invite: Invite | None, grant_id: str) -> PortalGrant | None:
    return next((grant for grant in offers.doors(invite) if grant.id == grant_id), None) if invite else None
