"""Letters by e-mail: what they say is in templates/building/mail, once as plain text and once as HTML."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from visitor_portal.lines import plain

from .models import DeviceRequest, in_english

PATIENCE = 3  # seconds for the mail server at each step: somebody waits for the page

logger = logging.getLogger(__name__)


def letter(subject: str, template: str, context: Mapping[str, Any], to: str) -> EmailMultiAlternatives:
    """In the language that is active."""
    said = {"language": translation.get_language() or "en", "is_rtl": translation.get_language_bidi(), **context}
    text = render_to_string(f"building/mail/{template}.txt", said)
    message = EmailMultiAlternatives(
        plain(subject), text, settings.DEFAULT_FROM_EMAIL, [to], connection=get_connection(timeout=PATIENCE)
    )
    message.attach_alternative(render_to_string(f"building/mail/{template}.html", said), "text/html")
    return message


def was_sent(message: EmailMultiAlternatives) -> bool:
    try:
        message.send()
    except (OSError, ValueError) as error:  # a mail server's refusals are OSErrors; a bad header is a ValueError
        logger.warning("A letter could not be sent: %s", type(error).__name__)
        return False
    return True


def tell_host(request: DeviceRequest, token: str) -> bool:
    """Ask the host by e-mail. Without an address the request waits at the building's desk."""
    invite = request.invite
    if invite.host is None or not invite.host.email:
        return False
    building = invite.access.building
    with translation.override("en"), timezone.override(building.time_zone):
        context = {
            "invite": invite,
            "building": in_english(building.name),
            "zone": building.time_zone,
            "asked_at": request.asked_at,
            "phones": invite.devices.count(),
            "link": f"{settings.PUBLIC_BASE_URL}/resident/request/{token}",
        }
        subject = _("One more phone for “%(invite)s”?") % {"invite": invite}
        return was_sent(letter(subject, "device_request", context, invite.host.email))
