"""Whose link, and whose phone: an invite as it is now, with its access and building, as every tap asks for it.

Its photo is left where it is: most who ask do not look at it.
"""

from . import places
from .models import Access, Invite, InviteDevice
from .models.ids import hashed
from .questions import Question

_BY_TOKEN = Question(lambda token_hash: Invite.objects.defer("photo").filter(token_hash=token_hash))
_BY_ID = Question(lambda id_: Invite.objects.defer("photo").filter(id=id_))
_ACCESS = Question(lambda id_: Access.objects.filter(id=id_))
_DEVICE = Question(lambda secret_hash: InviteDevice.objects.filter(secret_hash=secret_hash))


def by_token(token: str) -> Invite | None:
    found = _BY_TOKEN.first(hashed(token)) if token.startswith("invite_") else None
    return _whole(found) if found else None


def as_now(id_: str) -> Invite:
    """Read anew: it may have been revoked, or used up, since."""
    return _whole(_BY_ID.all(id_)[0])


def device(secret: str) -> InviteDevice | None:
    """The phone that this secret was given to."""
    return _DEVICE.first(hashed(secret)) if secret else None


def device_with_invite(secret: str) -> InviteDevice | None:
    found = device(secret)
    if found:
        found.invite = as_now(found.invite_id)
    return found


def _whole(invite: Invite) -> Invite:
    access = _ACCESS.all(invite.access_id)[0]
    access.building = places.building(access.building_id)
    invite.access = access
    return invite
