"""What several operations say."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from visitor_portal.building.models import Resident
from visitor_portal.building.models.ids import hashed
from visitor_portal.public_access.wire import PeerServer

from .answers import bearer


def peer_server() -> PeerServer:
    """Our own signalling, or the one in settings; the npm client puts `peerjs` behind the path itself."""
    parts = urlsplit(settings.PEERJS_SERVER or settings.PUBLIC_BASE_URL)
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    return PeerServer(host=parts.hostname or "localhost", port=port, path=parts.path or "/", secure=is_secure)


def ice_servers() -> tuple[dict[str, Any], ...]:
    return tuple(settings.ICE_SERVERS)


def resident_of(request: HttpRequest) -> Resident | None:
    """The resident whose key this request carries."""
    key = bearer(request) or ""
    return Resident.objects.filter(key_hash=hashed(key)).first() if key.startswith("resident_") else None
