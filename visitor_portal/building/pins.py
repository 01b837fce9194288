"""An invite's PIN, and how often somebody may guess at it.

Every guess is a row before it is looked at, so that guesses side by side, a crash or a restart never make more of
them. A right one takes its own rows away again; the rest count until the host says otherwise.
"""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from . import devices
from .models import Invite, InviteDevice, PinTry

SPAN, MOST = timedelta(minutes=15), 5  # by one phone, or by all together that have no slot
LIFE, SHORT_LIFE = 10, 5  # by everybody
FOR_GOOD = 24 * 3600  # seconds to wait for what only the host can change
_DIGITS = re.compile(r"[0-9]{4,12}", re.ASCII)
_SHORT = "short "  # before the hash of a PIN with fewer than six digits


def keep(pin: str, *, max_devices: int | None) -> str:
    """What is kept of a PIN. Raises ValidationError for one that is guessed too easily."""
    if not _DIGITS.fullmatch(pin):
        raise ValidationError("A PIN is made of 6 to 12 digits.")
    if len(pin) < 6 and max_devices is None:
        raise ValidationError("A PIN of 4 or 5 digits needs a limit of phones: without one, take 6 to 12 digits.")
    return (_SHORT if len(pin) < 6 else "") + make_password(pin)


def is_short(pin_hash: str) -> bool:
    """Whether this PIN, as it is kept, is one that needs a limit of phones."""
    return pin_hash.startswith(_SHORT)


def set_pin(invite: Invite, pin: str | None) -> None:
    """A new PIN, with no guess against it; None takes it away."""
    invite.pin_hash = keep(pin, max_devices=invite.max_devices) if pin else ""
    invite.save(update_fields=["pin_hash"])
    reset_tries(invite)


def reset_tries(invite: Invite) -> None:
    """For the host: all guesses are forgotten."""
    PinTry.objects.filter(invite=invite).delete()


def check(invite: Invite, device: InviteDevice | None, pin: str, *, now: datetime) -> str:
    """Empty when it is the PIN, else a machine code."""
    guess = _count(invite, device, now)
    if guess is None:
        return "too_many_tries"
    # One check of a password hash each time, whether right, wrong, or with no PIN set at all.
    kept = Invite.objects.values_list("pin_hash", flat=True).get(id=invite.id)
    if not check_password("".join(pin.split()), kept.removeprefix(_SHORT)):
        PinTry.objects.filter(id=guess.pk).update(at=now)  # nothing new: it takes a right one's time
        return "pin_wrong"
    # A phone's own misses are forgiven; those of others are not, and all without a slot are others.
    own = Q(device=devices.name_of(device)) if device else Q(id=guess.pk)
    PinTry.objects.filter(own, invite=invite).delete()
    return ""


def _count(invite: Invite, device: InviteDevice | None, now: datetime) -> PinTry | None:
    """The row of one guess more; None when there may be none. Guesses at one invite come one after the other here."""
    with transaction.atomic():
        Invite.objects.select_for_update().only("id").get(id=invite.id)
        if wait(invite, device, now=now):
            return None
        return PinTry.objects.create(invite=invite, device=devices.name_of(device), at=now)


def wait(invite: Invite, device: InviteDevice | None, *, now: datetime) -> int:
    """Seconds until this phone may guess again; 0: now."""
    if _is_used_up(invite, device):
        return FOR_GOOD
    own = PinTry.objects.filter(invite=invite, device=devices.name_of(device), at__gt=now - SPAN)
    oldest = own.order_by("-at").values_list("at", flat=True)[MOST - 1 : MOST].first()
    return -((now - oldest - SPAN) // timedelta(seconds=1)) if oldest else 0  # rounded up


def _is_used_up(invite: Invite, device: InviteDevice | None) -> bool:
    """Half of all guesses is kept for the first phone that took the link: nobody else can lock it out."""
    tries = PinTry.objects.filter(invite=invite)
    life = SHORT_LIFE if is_short(invite.pin_hash) else LIFE
    first = invite.devices.order_by("id").first()
    if first is None or first == device:
        return tries.count() >= life
    return tries.exclude(device=devices.name_of(first)).count() >= life - life // 2 or tries.count() >= life
