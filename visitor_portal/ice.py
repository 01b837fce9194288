"""How two browsers find a way to each other: the STUN and TURN servers that one side of one session is told.

TURN takes credentials as coturn's `use-auth-secret` has them (the TURN REST API): the name begins with the moment
until which it may be used, the password is that name under a secret which only coturn and we know. Nothing is stored.
"""

import base64
import hmac
import time
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac


def servers(session_id: str, role: str) -> tuple[dict[str, Any], ...]:
    """RTCPeerConnection's iceServers for this side: the fixed ones as they are, then STUN, then TURN for a while."""
    found: list[dict[str, Any]] = [*settings.ICE_SERVERS]
    if settings.STUN_SERVERS:
        found.append({"urls": settings.STUN_SERVERS})
    if settings.TURN_URLS:
        username = _username(session_id, role)
        found.append({"urls": settings.TURN_URLS, "username": username, "credential": _credential(username)})
    return tuple(found)


def _username(session_id: str, role: str) -> str:
    """What follows the colon stays the same in one call, so that coturn's quotas hold, and names nobody."""
    whose = salted_hmac("turn", f"{session_id}:{role}", algorithm="sha256").hexdigest()[:24]
    return f"{int(time.time()) + settings.TURN_SECONDS}:{whose}"


def _credential(username: str) -> str:
    mac = hmac.digest(settings.TURN_SECRET.encode(), username.encode(), "sha1")
    return base64.b64encode(mac).decode()
