"""Encryption at rest, by keys that come from SECRET_KEY and, after a change of it, from SECRET_KEY_FALLBACKS."""

import base64
import json
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(f"sealed:{key}".encode()).digest())) for key in keys])


def seal(values: dict[str, Any]) -> str:
    return _box().encrypt(json.dumps(values).encode()).decode() if values else ""


def unseal(sealed: str) -> dict[str, Any]:
    """Raises cryptography.fernet.InvalidToken when the key was another one."""
    return dict(json.loads(_box().decrypt(sealed.encode()))) if sealed else {}
