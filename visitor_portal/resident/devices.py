"""The browser that asks, as one of its resident's phones: known by a secret of its own, in a cookie."""

from collections.abc import Mapping
from hashlib import sha256

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from visitor_portal.push import phones
from visitor_portal.push.models import Phone
from visitor_portal.roles import RESIDENT_AGE
from visitor_portal.sentences import Fault


class Lost(PermissionDenied):
    """This phone was reported lost: whoever holds it now is shown nothing."""

    fault = Fault(
        403,
        _("This phone was reported lost"),
        _("It rings no more, and it shows nothing of your home."),
        _("If it is yours and you have it again, say so on the page of phones, from another phone of yours."),
    )


def _cookie() -> str:
    # Browsers accept the __Host- prefix only over https; Safari refuses Secure on plain localhost.
    return f"{'__Host-' if settings.HTTPS else ''}phone"


def secret(cookies: Mapping[str, str]) -> str:
    return cookies.get(_cookie(), "")


def keep(response: HttpResponse, value: str) -> HttpResponse:
    response.set_cookie(_cookie(), value, max_age=RESIDENT_AGE, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


async def refuse_lost(owner: str, cookies: Mapping[str, str]) -> None:
    """A resident's cookie alone is not enough on a phone that its resident gave up."""
    held = secret(cookies)
    if held and await sync_to_async(phones.is_lost)(owner, held):
        raise Lost


def mark_of(phone: Phone | None) -> str:
    """By which a browser sees whether the address that we have is the one that it has."""
    return sha256(phone.endpoint.encode()).hexdigest()[:16] if phone and not phone.ended_at else ""


async def mark(owner: str, cookies: Mapping[str, str]) -> str:
    return mark_of(await sync_to_async(phones.by_secret)(owner, secret(cookies)))
