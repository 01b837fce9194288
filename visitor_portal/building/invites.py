"""Invites: a link that lets a guest through some doors, for some time."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from visitor_portal.lines import plain

from . import devices, otp, pins
from .models import (
    Access,
    AccessDoor,
    Door,
    Invite,
    InviteClaim,
    InviteDevice,
    InviteRenewal,
    Portal,
    Resident,
)
from .models.ids import hashed, new_secret
from .questions import Question
from .refusals import Refusal

SHOWN = ("active", "scheduled", "max_devices_reached")  # in any other state a link shows nothing of the building
_REFUSALS = {
    "not_found": "not_found",
    "revoked": "invite_revoked",
    "disabled": "invite_disabled",
    "expired": "invite_expired",
    "scheduled": "not_yet_valid",
    "max_devices_reached": "max_devices_reached",
}
LONGEST_NOTE = 500
_SIGN = Question(lambda door: Portal.objects.filter(door=door, direction="in", retired_at=None).order_by("public_id"))


# -- the host's side


def issue(
    access: Access, *, host: Resident | None = None, pin: str | None = None, **fields: Any
) -> tuple[Invite, str]:
    """An invite for this access, and its link's token, which is kept nowhere else."""
    token = new_secret("invite")
    invite = Invite(access=access, host=host, token_hash=hashed(token), **fields)
    invite.clean()
    if pin:
        invite.pin_hash = pins.keep(pin, max_devices=invite.max_devices)
    invite.save(force_insert=True)
    return invite, token


def regenerate_token(invite: Invite) -> str:
    """A new link. The old one is void, and so is every phone that took it: some may be a stranger's."""
    token = new_secret("invite")
    with transaction.atomic():
        invite.token_hash = hashed(token)
        invite.save(update_fields=["token_hash"])
        invite.devices.all().delete()
        invite.device_requests.all().delete()
    return token


def extend(invite: Invite, until: datetime, *, now: datetime) -> None:
    """Another end. The link stays, and a later end answers whoever asked for more time."""
    access = Access.objects.get(id=invite.access_id)
    before, access.valid_to = access.valid_to, until
    access.kind = Access.Kind.TEMPORARY
    if until > now:
        access.status = Access.Status.READY
    access.clean()
    access.save(update_fields=["valid_to", "kind", "status"])
    changed(invite, before, until, now=now)


def changed(invite: Invite, before: datetime | None, until: datetime | None, *, now: datetime) -> None:
    """What follows from an edit that moved its end from `before` to `until`."""
    Invite.objects.filter(id=invite.id).update(sequence=F("sequence") + 1)
    if before and before <= now and (until is None or until > now):
        devices.forget_keys(invite)
    if before and (until is None or until > before):
        invite.renewals.filter(answered_at=None).update(answered_at=now)


def revoke(invite: Invite, now: datetime) -> None:
    """For good. The first revocation is the one that is kept."""
    Invite.objects.filter(id=invite.id, revoked_at=None).update(revoked_at=now)
    invite.refresh_from_db(fields=["revoked_at"])


# -- what a link is


def state_of(invite: Invite | None, device: InviteDevice | None, now: datetime) -> str:
    """The contract's state, as this phone sees it."""
    if invite is None:
        return "not_found"
    access = invite.access
    if invite.revoked_at is not None:
        return "revoked"
    if not invite.is_enabled:
        return "disabled"
    if access.status != Access.Status.READY or (access.valid_to is not None and now >= access.valid_to):
        return "expired"
    if access.valid_from is not None and now < access.valid_from:
        return "scheduled"
    return "max_devices_reached" if device is None and devices.is_full(invite) else "active"


def refuse(state: str, *, but: tuple[str, ...]) -> None:
    """Refuse what takes a better state than this one."""
    if state not in but:
        raise Refusal(_REFUSALS[state])


def asks_for(invite: Invite) -> str:
    """What the host wants to see proved before any opening, as a machine code; empty for the bare link.

    A door may want a PIN on top of that: that is for the rules.
    """
    if otp.is_asked(invite):
        return "otp_required"
    return "pin_required" if invite.pin_hash else ""


def grants(invite: Invite) -> QuerySet[AccessDoor]:
    """The doors it opens, in their order. A door of another building is none of its own."""
    own = invite.access.doors.filter(door__building=F("access__building"))
    return own.select_related("door__building").order_by("id")


def sign_of(door: Door) -> Portal | None:
    """The sign that somebody reads who wants in at this door."""
    return _SIGN.first(door.id)


def needs_pin(grant: AccessDoor) -> bool:
    """Whether this door opens from the link with a PIN only."""
    types = set(grant.in_auth_types)
    if "REMOTE" in types:
        return False
    return "REMOTE_PLUS_PHONE" in types or ("SCAN_PLUS_PHONE" in types and "SCAN" not in types)


def needs_scan(grant: AccessDoor) -> bool:
    """Whether this door opens from the link only after a scan of its sign."""
    types = set(grant.in_auth_types)
    return not types & {"REMOTE", "REMOTE_PLUS_PHONE"} and bool(types & {"SCAN", "SCAN_PLUS_PHONE"})


# -- the guest's side


def claim(invite: Invite, resident: Resident, *, now: datetime) -> None:
    """This resident takes the invite as their own; once and for all."""
    InviteClaim.objects.get_or_create(invite=invite, resident=resident, defaults={"at": now})


def request_renewal(invite: Invite, note: str, *, now: datetime) -> bool:
    """Ask the host for more time. False when somebody asked before and was not answered yet."""
    note = plain(note)
    if len(note) > LONGEST_NOTE:
        raise Refusal("invalid_request", f"At most {LONGEST_NOTE} characters.")
    try:
        with transaction.atomic():
            InviteRenewal.objects.create(invite=invite, note=note, at=now)
    except IntegrityError:
        return False
    return True


def has_claimed(invite: Invite, resident: Resident) -> bool:
    return invite.claims.filter(resident=resident).exists()


def has_asked_for_renewal(invite: Invite) -> bool:
    return invite.renewals.filter(answered_at=None).exists()
