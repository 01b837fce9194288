"""The doors of an invite as a page offers them: each with its button, or with why it has none."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visitor_portal.http import isolated
from visitor_portal.public_access import Localized
from visitor_portal.public_access.wire import Invite, PortalGrant

SCAN_FIRST = gettext_lazy("Scan the sticker at this door with this phone. Then it opens by one tap.")


@dataclass(frozen=True, slots=True)
class Door:
    grant_id: str
    public_portal_id: str
    label: Localized | None
    picture: str
    has_lights: bool
    why: str  # why it can't be opened from here now; empty when it can be tried
    note: str  # what is worth knowing before the tap


def doors(invite: Invite) -> list[PortalGrant]:
    """What of an invite can be opened from a page, in its order."""
    return [grant for grant in invite.grants if isinstance(grant, PortalGrant)]


def rows(invite: Invite, scanned: set[str]) -> list[Door]:
    """`scanned`: the signs that this browser looked at a moment ago."""
    return [_row(invite, grant, grant.public_portal_id in scanned) for grant in doors(invite)]


def _row(invite: Invite, grant: PortalGrant, is_scanned: bool) -> Door:
    return Door(
        grant_id=grant.id,
        public_portal_id=grant.public_portal_id,
        label=grant.label,
        picture=grant.door_image_thumb_url or grant.door_image_url or "",
        has_lights=grant.has_lights and bool(grant.public_portal_id),
        why=_why(invite, grant, is_scanned),
        note=_note(grant, is_scanned),
    )


def _why(invite: Invite, grant: PortalGrant, is_scanned: bool) -> str:
    """Only what the building says itself: hours that we would work out could keep somebody out by our mistake."""
    if not grant.openable:
        return _("No door is connected here at the moment.")
    if grant.hold and grant.hold.mode == "hold_closed":
        return f"{_('The door is kept shut at the moment.')} {isolated(grant.hold.reason or '')}".strip()
    if invite.uses_remaining == 0:
        return _("This invite has opened the door as often as it may.")
    return str(SCAN_FIRST) if grant.scan_required and not is_scanned else ""


def _note(grant: PortalGrant, is_scanned: bool) -> str:
    if grant.hold and grant.hold.mode == "hold_open":
        return f"{_('The door stands open. Walk in.')} {isolated(grant.hold.reason or '')}".strip()
    if grant.scan_required and is_scanned:
        return _("You have just scanned its sign: it opens from here for two minutes.")
    return ""
