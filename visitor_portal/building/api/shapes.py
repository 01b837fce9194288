"""What several operations say."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from visitor_portal import ice
from visitor_portal.building import invites, links, residents
from visitor_portal.building.access_log import Attempt
from visitor_portal.building.doors import Terms, opening_of
from visitor_portal.building.models import Door, InviteDevice, Portal, Resident, Session
from visitor_portal.building.models import Message as Line
from visitor_portal.building.sessions import Seat
from visitor_portal.public_access.wire import Message, Opened, PeerServer

from .answers import bearer, scoped_key

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


def terms_at(request: HttpRequest, portal: Portal) -> Terms:
    """As whom this request stands before a portal: a resident, a guest with an invite, or nobody."""
    resident = resident_of(request)
    device = None if resident else device_of(request)
    return Terms(
        portal,
        resident=resident,
        invite=device.invite if device else None,
        guest=device.guest if device else guest_of(request),
        key=scoped_key(request, portal.public_id, resident.id if resident else str(device.pk) if device else ""),
        scan=request.headers.get("X-Scan-Proof"),
        refusal=invites.asks_for(device.invite) if device else "",  # a tap at the sign can't bring a PIN or a code
    )


def opened(attempt: Attempt, door: Door) -> Opened:
    return Opened(
        opening=opening_of(attempt),
        door_auto_close_duration=door.open_seconds,
        door_open_duration_seconds=door.open_seconds,
    )


def message(line: Line) -> Message:
    return Message(id=line.id, from_=line.sender, text=line.text or None, phrase=line.phrase or None, at=line.at)
