"""Codes that are sent to the contact an invite names: short-lived, and good for one opening."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.mail import get_connection, send_mail
from django.db import transaction
from django.db.models import F, QuerySet

from visitor_portal.lines import plain

from . import devices, sms
from .models import Invite, InviteDevice, OtpChallenge, in_english
from .refusals import Refusal

LIFE = timedelta(minutes=5)
MOST_TRIES = 5  # at one code
PAUSE = timedelta(seconds=30)  # between two codes of one invite
SPAN, MOST = timedelta(minutes=15), 3  # codes of one invite
DAY, MOST_A_DAY = timedelta(days=1), 5  # codes to one address, whichever invites name it
PATIENCE = 5  # seconds for the mail server

logger = logging.getLogger(__name__)


def is_asked(invite: Invite) -> bool:
    """Whether each opening by this invite takes a code."""
    return invite.audience == Invite.Audience.LISTED or invite.require_verified_phone


# -- sending one


def start(invite: Invite, device: InviteDevice | None, channel: str | None, *, now: datetime) -> OtpChallenge:
    """Send a new code. Any older one of the invite is dead from here on."""
    channel = _channel(invite, channel)
    challenge = _keep(invite, device, channel, now)
    code = f"{secrets.randbelow(10**6):06}"
    OtpChallenge.objects.filter(id=challenge.id).update(code_hash=make_password(code))
    try:
        senders()[channel](invite, code)
    except (OSError, ValueError) as error:  # a mail server's refusals are OSErrors; a bad header is a ValueError
        logger.warning("A code could not be sent by %s: %s", channel, type(error).__name__)
        OtpChallenge.objects.filter(id=challenge.id).update(ended_at=now)
        raise Refusal(
            "contact_required", "The code could not be sent. Try again later, or call your host."
        ) from error
    return challenge


def _channel(invite: Invite, wanted: str | None) -> str:
    if not is_asked(invite):
        raise Refusal("contact_required", "This invite asks for no code.")
    wanted = (wanted or "").strip().lower()
    if wanted not in ("", "sms", "email"):
        raise Refusal("invalid_request", "channel must be sms or email.")
    channel = next((name for name in _channels(invite) if wanted in ("", name)), None)
    if channel is None:
        raise Refusal("contact_required")
    return channel


def can_send(invite: Invite) -> bool:
    """Whether a code that this invite asks for can reach anybody."""
    return bool(_channels(invite))


def _channels(invite: Invite) -> list[str]:
    """Where a code can go that proves what the invite asks for, the first choice first."""
    contacts = {"sms": invite.contact_phone, "email": "" if invite.require_verified_phone else invite.contact_email}
    return [name for name, contact in contacts.items() if contact and name in senders()]


def _keep(invite: Invite, device: InviteDevice | None, channel: str, now: datetime) -> OtpChallenge:
    """The row of one code more, committed before anything is sent. Its code comes later: until then none is right."""
    with transaction.atomic():
        if channel == "sms":
            sms.take_one(now=now)  # before any invite is locked: an opening locks its building first, too
        # Two codes for one address wait for each other here, so that both are counted.
        field = "contact_phone" if channel == "sms" else "contact_email"
        same = {f"{field}__iexact": getattr(invite, field)}
        list(Invite.objects.select_for_update().filter(**same).order_by("id").values_list("id"))
        to_address = OtpChallenge.objects.filter(channel=channel, invite__in=Invite.objects.filter(**same))
        _take(to_address, DAY, MOST_A_DAY, now)
        _take(invite.challenges.all(), SPAN, MOST, now)
        _take(invite.challenges.all(), PAUSE, 1, now, code="otp_cooldown")
        invite.challenges.filter(ended_at=None).update(ended_at=now)
        return OtpChallenge.objects.create(
            invite=invite, device=devices.name_of(device), channel=channel, sent_at=now, expires_at=now + LIFE
        )


def _take(
    sent: QuerySet[OtpChallenge], span: timedelta, most: int, now: datetime, *, code: str = "too_many_tries"
) -> None:
    newest = sent.filter(sent_at__gt=now - span).order_by("-sent_at").values_list("sent_at", flat=True)
    if oldest := newest[most - 1 : most].first():
        raise Refusal(code, retry_after=-((now - oldest - span) // timedelta(seconds=1)))  # rounded up


def _mail(invite: Invite, code: str) -> None:
    building = plain(in_english(invite.access.building.name))
    send_mail(
        f"Your code for {building}",  # it may be read on a locked screen, so the code itself is inside
        f"{code} is your code for the door of {building}.\n\n"
        f"It is good for {LIFE.seconds // 60} minutes and for one opening. Tell it to nobody: "
        "it is asked for on the page of your invite, and nowhere else.\n",
        settings.DEFAULT_FROM_EMAIL,
        [invite.contact_email],
        connection=get_connection(timeout=PATIENCE),
    )


def _text(invite: Invite, code: str) -> None:
    gateway = sms.gateway()
    assert gateway  # noqa: S101 senders() names this way only where there is one
    building = plain(in_english(invite.access.building.name))
    # Short enough for one message: more than 160 letters make it two, and each one is paid for.
    gateway.send(invite.contact_phone, f"{code} is your code for the door of {building}. Tell it to nobody.")


def senders() -> dict[str, Callable[[Invite, str], None]]:
    """Each way in which a code can go out from here."""
    by_mail: dict[str, Callable[[Invite, str], None]] = {"email": _mail}
    return by_mail | {"sms": _text} if settings.SMS_BACKEND else by_mail


# -- taking one back


def check(invite: Invite, device: InviteDevice | None, challenge: str, code: str, *, now: datetime) -> str:
    """Empty when it is the code, else a machine code. Each wrong one counts, also of many at once."""
    sent = _sent(invite, device, challenge)
    if not _living(sent, now).filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        return "otp_expired"
    if not check_password("".join(code.split()), sent.values_list("code_hash", flat=True).get()):
        return "otp_wrong"
    sent.update(tries=F("tries") - 1)
    return ""


def spend(challenge: str, *, now: datetime) -> bool:
    """Use a code up that was right. Of two at once the database lets one through."""
    return bool(_living(OtpChallenge.objects.filter(id=challenge), now).update(ended_at=now))


def _sent(invite: Invite, device: InviteDevice | None, challenge: str) -> QuerySet[OtpChallenge]:
    """A code counts for the invite and the phone that it was sent for, and proves a phone by SMS alone."""
    sent = OtpChallenge.objects.filter(id=challenge, invite=invite, device=devices.name_of(device))
    return sent.filter(channel="sms") if invite.require_verified_phone else sent


def _living(sent: QuerySet[OtpChallenge], now: datetime) -> QuerySet[OtpChallenge]:
    return sent.filter(ended_at=None, expires_at__gt=now)
