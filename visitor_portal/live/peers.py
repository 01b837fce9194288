"""Which signalling server a side of a call uses, as whom, the ticket that lets it in, and the ways of its media."""

import json
from dataclasses import dataclass, replace

from django.conf import settings
from django.core import signing

from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role, RoleName

from . import ways

SALT = "peer ticket"
TICKET_AGE = 15 * 60  # seconds; the longest life of a socket


@dataclass(frozen=True, slots=True)
class Config:
    """What the PeerJS client in the page is told. Without a host it is the one that served the page."""

    my_id: str
    other_id: str
    token: str
    ice: str  # JSON of RTCPeerConnection's iceServers
    is_relayed: bool  # through TURN alone
    host: str = ""
    port: int = 0
    path: str = "/"
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    session_id: str
    role: RoleName
    peer_id: str
    other_id: str
    holder: str  # fingerprint of the secret that this ticket was given for


def config(session: Session, role: Role) -> Config:
    mine, other = session.caller_peer_id, session.callee_peer_id
    if role.name == "callee":
        mine, other = other, mine
    token = signing.dumps([session.session_id, role.name, mine, other, role.fingerprint], salt=SALT)
    ours = Config(mine, other, token, json.dumps(ways.servers(session, role)), settings.RELAY_ONLY)
    named = session.peerjs
    if named and f"{named.host}:{named.port}" in settings.SIGNALLING_HOSTS:
        return replace(ours, host=named.host, port=named.port, path=named.path, secure=named.secure)
    return ours


def ticket(token: str) -> Ticket | None:
    """What this token lets its bearer do, if we made it."""
    try:
        session_id, role, peer_id, other_id, holder = signing.loads(token, salt=SALT, max_age=TICKET_AGE)
    except (signing.BadSignature, ValueError):
        return None
    return Ticket(session_id, role, peer_id, other_id, holder)
