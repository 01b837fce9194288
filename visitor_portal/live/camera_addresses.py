"""Where a camera's pictures come from. None of it ever leaves this server."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings

from visitor_portal.public_access.wire import Camera

SIMULATED = "simulated"  # the name of the camera that this portal draws itself
_DEVICE_ID = re.compile(r"(?!\.+\Z)[A-Za-z0-9_.:@-]{1,128}")  # nothing that could lead to another path


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of one camera. The operator's word counts first; the upstream's only for hosts that the operator named."""

    device_id: str
    snapshot: httpx.URL | None = None
    stream: httpx.URL | None = None
    webrtc: httpx.URL | None = None

    @property
    def is_simulated(self) -> bool:
        return self.device_id == SIMULATED

    @property
    def can_move(self) -> bool:
        return self.is_simulated or self.stream is not None


def of(camera: Camera) -> Addresses:
    device_id = camera.device_id
    if device_id == SIMULATED:
        return Addresses(device_id)
    return Addresses(
        device_id,
        _filled(settings.CAMERA_SNAPSHOT_URL, device_id) or _named(camera.snapshot_url),
        _filled(settings.CAMERA_STREAM_URL, device_id) or _named(camera.stream_url),
        _filled(settings.CAMERA_WEBRTC_URL, device_id),
    )


def _filled(template: str, device_id: str) -> httpx.URL | None:
    if not template or not _DEVICE_ID.fullmatch(device_id):
        return None
    return httpx.URL(template.replace("{device_id}", quote(device_id, safe="")))


def _named(address: str | None) -> httpx.URL | None:
    """What the upstream calls the camera's address, if it is at a host that the operator named."""
    try:
        url = httpx.URL(address or "")
    except httpx.InvalidURL:
        return None
    is_plain = url.scheme in ("http", "https") and not url.userinfo
    return url if is_plain and _host(url.scheme, url.netloc.decode()) in _hosts(url.scheme) else None


def _hosts(scheme: str) -> set[str]:
    return {_host(scheme, host) for host in settings.CAMERA_HOSTS}


def _host(scheme: str, netloc: str) -> str:
    """With its port, said or not: allowing a host's web server allows no other port of it."""
    parts = urlsplit(f"{scheme}://{netloc}".lower())
    return f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}[scheme]}"
