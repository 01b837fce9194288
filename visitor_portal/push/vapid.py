"""Who we are to a push service: one key for the whole installation, by which each browser knows us (RFC 8292)."""

import base64
import time
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

HOURS = 12  # that a signature holds; push services take 24 at most
FRESH = 3600  # seconds for which one is used again: signing costs as much as sealing


def public_key() -> str:
    """As browsers want it when they subscribe."""
    point = _signer(settings.PUSH_VAPID_KEY).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def authorization(origin: str) -> str:
    """The header that proves us to the push service at this origin."""
    return _signed(settings.PUSH_VAPID_KEY, settings.PUSH_SUBJECT, origin, int(time.time()) // FRESH)


@lru_cache(maxsize=4)
def _signer(key: str) -> Vapid02:
    return Vapid02.from_raw(key.encode())


@lru_cache(maxsize=256)
def _signed(key: str, subject: str, origin: str, hour: int) -> str:
    claims = {"sub": subject, "aud": origin, "exp": hour * FRESH + HOURS * 3600}
    header: str = _signer(key).sign(claims)["Authorization"]
    return header
