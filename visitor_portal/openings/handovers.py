"""What one browser leaves for another: it lies here for a while, for whoever brings its code, and is taken once.

A row alone gives nothing away: it holds a hash of the code, and the code is a part of the key that seals the rest.
What it is about is a part of both, so that a code leads nowhere else.
"""

import base64
import json
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import Handover

LIFE = timedelta(hours=24)  # a guest may find the other browser, and the door, later


async def leave(about: str, values: list[Any]) -> str:
    """The code to bring."""
    code = secrets.token_urlsafe(16)
    sealed = _box(code, about).encrypt(json.dumps(values).encode()).decode()
    await Handover.objects.acreate(code_hash=_hash(code, about), sealed=sealed, until=timezone.now() + LIFE)
    return code


async def look(code: str, about: str) -> list[Any] | None:
    """What lies there untaken; it stays."""
    row = await Handover.objects.filter(code_hash=_hash(code, about), taken_by="", until__gt=timezone.now()).afirst()
    return _open(row, code, about)


async def take(code: str, about: str, by: str) -> list[Any] | None:
    """For whoever comes first. The same one may come again: an answer gets lost, a finger taps twice."""
    taker = sha256(by.encode()).hexdigest()
    row = Handover.objects.filter(code_hash=_hash(code, about), until__gt=timezone.now())
    await row.filter(taken_by="").aupdate(taken_by=taker)
    return _open(await row.filter(taken_by=taker).afirst(), code, about)


def _open(row: Handover | None, code: str, about: str) -> list[Any] | None:
    if row is None:
        return None
    try:
        return list(json.loads(_box(code, about).decrypt(row.sealed.encode())))
    except InvalidToken:  # sealed by a key that is no more
        return None


def _hash(code: str, about: str) -> str:
    return sha256(f"{code}\0{about}".encode()).hexdigest()


def _box(code: str, about: str) -> MultiFernet:
    """By SECRET_KEY and, after a change of it, by SECRET_KEY_FALLBACKS."""
    keys = (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    digests = [salted_hmac("handover", f"{code}\0{about}", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
