"""What all taps on an invite's page have in common: where they come from, whose they are, what is told after them.

Reading an invite's page changes nothing. The first POST by a person binds this phone: it gets its pass.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from visitor_portal import faults, seals, upstream
from visitor_portal.http import SeeOther
from visitor_portal.public_access import BadAnswer, Denied, PublicAccessError, Visitor
from visitor_portal.public_access.wire import Invite, InviteSession
from visitor_portal.sentences import Fault

from . import guest, moved
from .device import NOT_PROVED, not_proved
from .guest import GuestPass

View = Callable[..., Coroutine[Any, Any, HttpResponse]]
A_MINUTE = 60  # the longest wait that the client hears of: it stands for any longer one


@dataclass(frozen=True, slots=True)
class Tap:
    invite_token: str
    nonce: str
    held: GuestPass | None  # as this browser's cookie proves it
    device_key: str = ""  # that this browser made just now, to be bound
    device_proof: str = ""  # its signature over this tap

    @property
    def visitor(self) -> Visitor:
        return self.held.visitor if self.held else Visitor()

    def signed(self, held: GuestPass) -> Visitor:
        """What the upstream is told of who opens or spends something."""
        return Visitor(**held.visitor, device_proof=self.device_proof)

    def key(self, what: str) -> str:
        return f"{what} {self.invite_token} {self.nonce}"


def tap(max_age: int = seals.PAGE_AGE) -> Callable[[View], View]:
    """A POST from a page of ours. A page that stood open too long is shown anew, and does nothing."""

    def decorate(view: View) -> View:
        @require_POST
        @wraps(view)
        async def checked(request: HttpRequest, invite_token: str) -> HttpResponse:
            held = guest.of(request, invite_token)
            try:
                nonce = _nonce(request.POST.get("seal", ""), invite_token, held, max_age)
            except seals.OldSeal:
                if code := moved.code_in(request.POST):  # only its own page knows what it brings along
                    return SeeOther(moved.path(invite_token, code))
                return await again(request, invite_token, held, faults.OLD_PAGE)
            except seals.BadSeal:
                return faults.show(request, faults.NOT_FROM_OUR_PAGE)
            signs = (request.POST.get("device_key", ""), request.POST.get("device_proof", ""))
            if taken := await moved.take(request, invite_token, nonce):
                return await _with(taken, view, request, Tap(invite_token, nonce, taken, *signs))
            return await _proved(view, request, Tap(invite_token, nonce, held, *signs))

        return checked

    return decorate


async def _with(taken: GuestPass, view: View, request: HttpRequest, tap: Tap) -> HttpResponse:
    """The pass came from another browser, where it is no more: whatever becomes of the tap, this one gets it."""
    try:
        response = await _proved(view, request, tap)
    except PublicAccessError as error:
        response = faults.page(request, error)
    return response if guest.is_settled(response, taken) else guest.give(response, taken, request.COOKIES)


async def _proved(view: View, request: HttpRequest, tap: Tap) -> HttpResponse:
    """A cookie without its key is told so by one page, whatever was tapped."""
    try:
        return await view(request, tap)
    except Denied as error:
        if error.code != NOT_PROVED:
            raise
        return not_proved(request, tap.invite_token, guest.seal(tap.invite_token, tap.held))


def _nonce(seal: str, invite_token: str, held: GuestPass | None, max_age: int) -> str:
    """A page from before the first tap counts after it as well: a finger may be faster than the answer."""
    if held:
        try:
            return seals.nonce(seal, "invite", invite_token, held.fingerprint, max_age=max_age)
        except seals.OldSeal:
            raise
        except seals.BadSeal:
            pass
    return seals.nonce(seal, "invite", invite_token, "", max_age=max_age)


async def bound(tap: Tap) -> GuestPass:
    """This phone's pass: a new one where it holds none, and the same with a key to bind. Two taps take one place."""
    return tap.held if tap.held and not tap.device_key else await start(tap)


async def start(tap: Tap) -> GuestPass:
    visitor = Visitor(**tap.visitor, device_key=tap.device_key)
    session = await upstream.finish_once(
        tap.key("claim"), lambda: upstream.client().start_invite_session(tap.invite_token, **visitor)
    )
    return passed(tap, session)


def passed(tap: Tap, session: InviteSession) -> GuestPass:
    if not session.invite_id:
        raise BadAnswer("a phone without a name")
    return guest.new(tap.invite_token, session)


async def invite_now(invite_token: str, held: GuestPass | None, until: float | None = None) -> Invite | None:
    """The invite after a tap. What was done is told without it, too."""
    visitor = held.visitor if held else Visitor()
    try:
        async with asyncio.timeout_at(until):
            return await upstream.client().get_invite(invite_token, **visitor)
    except (PublicAccessError, TimeoutError):
        return None


def back(tap: Tap) -> HttpResponse:
    return SeeOther(reverse("invite", args=[tap.invite_token]))


async def again(
    request: HttpRequest,
    invite_token: str,
    held: GuestPass | None,
    fault: Fault,
    *,
    retry_after: int | None = None,
    invite: Invite | None = None,
    **more: Any,
) -> HttpResponse:
    """What went wrong, and below it the doors once more, while the invite holds."""
    wait = retry_after if retry_after is not None and retry_after < A_MINUTE else None
    invite = invite or await invite_now(invite_token, held)
    if invite is None or invite.state != "active":
        return faults.show(request, fault, retry_after=wait)
    context = guest.context(request, invite_token, invite, held=held) | {"fault": fault, "wait": wait} | more
    response = render(request, "visitor/not_opened.html", context, status=fault.status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
