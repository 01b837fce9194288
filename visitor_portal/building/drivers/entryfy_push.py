"""Invites for a door of an Entryfy organisation, as temporary accesses there, so that its readers know the guest.

Nothing is kept here of what was pushed. Each has a UUID that is made of its grant, so whoever looks finds what is
there and what is missing, and a second try meets the first one. Nobody outside can say for sure how an organisation
reads an access, so each one is read back; if it came out as something else, it is deleted, and nothing more is
written.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import grpc

from visitor_portal import keeping
from visitor_portal.building.models import Access, AccessDoor, Door, Opener

from . import found
from .entryfy import EntryfySettings
from .entryfy_accesses import Accesses, Names, Wanted
from .entryfy_line import Line
from .outside import Deadline

PATIENCE = 20.0  # seconds for one door in one round; what is not done by then is done in a later one
LIVES = 5
_NAMES = UUID("0d2f2a53-7a0e-4a0b-9d6e-2b9c6b1c7f10")

logger = logging.getLogger(__name__)
_stopped: dict[int, Mapping[str, Any]] = {}  # openers whose organisation read something else, by what they say of it


@keeping.every(60)
def push_invites(now: datetime) -> None:
    """Each invite for such a door is there; those that hold no longer are not."""
    for opener in Opener.objects.filter(driver="entryfy").select_related("door__building"):
        wired = found(opener, opener.door)
        if keeping.is_stopping():
            return
        if wired and wired[1].settings.get("push"):
            _push(opener, EntryfySettings.filled(wired[1].settings), now)


def _push(opener: Opener, settings: dict[str, Any], now: datetime) -> None:
    if _stopped.get(opener.pk) == settings:
        return
    _stopped.pop(opener.pk, None)
    rows = AccessDoor.objects.filter(door=opener.door_id).exclude(access__invite=None)
    wanted = {names_of(settings["slug"], row): _wanted(row, opener.door, now) for row in _with_invites(rows)}
    try:
        with Line(settings, Deadline.after(PATIENCE)) as line:
            wrong = Accesses(line, settings).bring_about(wanted)
    except (OSError, grpc.RpcError) as error:
        logger.warning("Invites could not be pushed to %s: %s", settings["slug"], _why(error))
        return
    if wrong:
        _stopped[opener.pk] = settings
        logger.error(
            "%s read an access as something else, so it was deleted, and no more are pushed there. Look at the "
            "layout in the settings of the door's opener.",
            settings["slug"],
        )


def names_of(slug: str, row: AccessDoor) -> Names:
    """One access there for each grant here: the doors of an access there must be of one site.

    It has a name to spare for each time that it is taken away and comes back.
    """
    return tuple(str(uuid5(_NAMES, f"{slug} {row.grant_id} {number}")) for number in range(LIVES))


def _with_invites(rows: Any) -> Any:
    return rows.select_related("access__invite").defer("access__invite__photo")


def _wanted(row: AccessDoor, door: Door, now: datetime) -> Wanted | None:
    """None for one that should not be there: it holds no longer, or has limits that Entryfy does not know."""
    access, invite = row.access, row.access.invite
    if access.status != Access.Status.READY or access.valid_to is None or access.valid_to <= now:
        return None
    is_off = invite.revoked_at is not None or not invite.is_enabled
    is_limited = invite.max_uses is not None or invite.require_verified_phone
    is_by_the_house = not invite.curfew_exempt and _has_rules(door)
    if is_off or is_limited or is_by_the_house:
        return None
    return Wanted(
        name=str(invite),
        guest=invite.contact_email,
        guest_name=invite.contact_name,
        valid_from=access.valid_from,
        valid_to=access.valid_to,
        schedule=access.schedule,
        exception=access.exception,
        in_auth_types=tuple(row.in_auth_types),
        out_auth_types=tuple(row.out_auth_types),
    )


def _has_rules(door: Door) -> bool:
    building = door.building
    return bool(building.curfew_windows or building.allowed_weekdays or building.blackout_dates)


def _why(error: Any) -> str:
    return f"{error.code().name} {error.details()}" if isinstance(error, grpc.RpcError) else str(error)
