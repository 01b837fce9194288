"""What several operations say."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from visitor_portal import ice
from visitor_portal.building import device_keys, invites, links, residents
from visitor_portal.building.access_log import Attempt
from visitor_portal.building.device_keys import Signed
from visitor_portal.building.doors import Terms, opening_of
from visitor_portal.building.models import Door, Invite, InviteDevice, Portal, Resident, Session
from visitor_portal.building.models import Message as Line
from visitor_portal.building.refusals import Refusal
from visitor_portal.building.sessions import Seat
from visitor_portal.public_access.wire import Message, Opened, PeerServer

from .answers import bearer, scoped_key

logger = logging.getLogger(__name__)

INVITE_COOKIE = "oa_access_invite"
GUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def peer_server() -> PeerServer:
    """Our own signalling, or the one in settings; the npm client puts `peerjs` behind the path itself."""
    parts = urlsplit(settings.PEERJS_SERVER or settings.PUBLIC_BASE_URL)
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    return PeerServer(host=parts.hostname or "localhost", port=port, path=parts.path or "/", secure=is_secure)


def ice_servers(seat: Seat, now: datetime) -> tuple[dict[str, Any], ...]:
    """For who may talk: while it rings and while the talk lasts, which an open door does not end."""
    session = seat.session
    is_over = session.state_at(now) not in (*Session.LIVE, Session.State.ACCEPTED) or now >= session.expires_at
    is_elsewhere = seat.role == "callee" and session.answered_by is not None and not seat.is_winner
    return () if is_over or is_elsewhere else ice.servers(session.id, seat.role)


def resident_of(request: HttpRequest) -> Resident | None:
    """The resident whose key this request carries."""
    return residents.by_key(bearer(request) or "")


def guest_of(request: HttpRequest) -> str:
    """The device by its own word. It is written down, and it proves nothing."""
    sent = request.headers.get("X-Guest-Id", "")
    return sent if GUEST_ID.fullmatch(sent) else ""


def phone_secret(request: HttpRequest) -> str:
    """What a phone was given when it took a slot, or when it asked for one."""
    secret = request.COOKIES.get(INVITE_COOKIE, "")
    return secret if secret.startswith("guest_") else ""


def device_of(request: HttpRequest) -> InviteDevice | None:
    """The device that holds an invite: by the secret in its cookie."""
    return links.device_with_invite(phone_secret(request))


def device_key(request: HttpRequest) -> str:
    """The public key that a phone binds; empty without one."""
    sent = request.headers.get("X-Device-Key", "")
    return device_keys.read(sent) if sent else ""


def is_signed(
    request: HttpRequest, device: InviteDevice | None, invite: Invite, action: str, place: str = "", *, now: datetime
) -> bool:
    """Whether the device's key signed this request. One without a key has its cookie alone."""
    if device is None or not device.key:
        return True
    signed = Signed(action, invite.token_hash, place, request.headers.get("Idempotency-Key", ""))
    return device_keys.proves(device, request.headers.get("X-Device-Proof", ""), signed, now=now)


def must_be_signed(
    request: HttpRequest, device: InviteDevice | None, invite: Invite, action: str, place: str = "", *, now: datetime
) -> None:
    """Refused, and written down here: only what is done to doors has a log of its own."""
    if not is_signed(request, device, invite, action, place, now=now):
        logger.warning("A phone of invite %s did not sign with its key: %s", invite.id, action)
        raise Refusal("device_not_proved")


@dataclass(frozen=True, slots=True)
class Standing:
    """As whom a request stands before a portal: a resident, a guest with an invite, or nobody."""

    resident: Resident | None
    device: InviteDevice | None

    def challenge(self, now: datetime) -> str | None:
        """For a phone that must sign what it wants here."""
        has_key = self.device and self.device.key
        return device_keys.challenge(self.device.invite_id, now) if self.device and has_key else None


def standing(request: HttpRequest) -> Standing:
    resident = resident_of(request)
    return Standing(resident, None if resident else device_of(request))


def terms_to_open(request: HttpRequest, portal: Portal, now: datetime) -> Terms:
    """Of who wants the door of a sign opened: a phone with a key must have signed that."""
    who = standing(request)
    if who.device and not is_signed(request, who.device, who.device.invite, "open", portal.public_id, now=now):
        return terms_at(request, portal, who, refusal="device_not_proved")
    return terms_at(request, portal, who)


def terms_at(request: HttpRequest, portal: Portal, who: Standing, *, refusal: str = "") -> Terms:
    resident, device = who.resident, who.device
    return Terms(
        portal,
        resident=resident,
        invite=device.invite if device else None,
        guest=device.guest if device else guest_of(request),
        key=scoped_key(request, portal.public_id, resident.id if resident else str(device.pk) if device else ""),
        scan=request.headers.get("X-Scan-Proof"),
        # A tap at the sign can't bring a PIN or a code.
        refusal=refusal or (invites.asks_for(device.invite) if device else ""),
    )


def opened(attempt: Attempt, door: Door) -> Opened:
    return Opened(
        opening=opening_of(attempt),
        door_auto_close_duration=door.open_seconds,
        door_open_duration_seconds=door.open_seconds,
    )


def message(line: Line) -> Message:
    return Message(id=line.id, from_=line.sender, text=line.text or None, phrase=line.phrase or None, at=line.at)
