"""The proof that a browser stood at a sticker a moment ago: signed, short-lived, and good for one opening."""

import secrets
from datetime import datetime

from django.core import signing
from django.db import IntegrityError, transaction

from .models import Portal, SpentScan
from .models.ids import hashed

FRESH = 120  # seconds
_SALT = "visitor_portal.building.scans"


def prove(portal: Portal) -> str:
    """A new proof of a scan of this portal's sticker. Nothing is kept of it."""
    return signing.dumps([portal.public_id, secrets.token_urlsafe(16)], salt=_SALT)


def nonce(proof: str | None, door: str) -> str | None:
    """What this proof is called, when it is fresh and of a sticker of this very door."""
    try:
        public_id, name = signing.loads(proof or "", salt=_SALT, max_age=FRESH)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    is_here = Portal.objects.filter(public_id=public_id, door=door, retired_at=None).exists()
    return str(name) if is_here and not SpentScan.objects.filter(nonce_hash=hashed(str(name))).exists() else None


def spend(name: str, *, now: datetime) -> bool:
    """Use it up. Of two at once the database lets one through."""
    try:
        with transaction.atomic():
            SpentScan.objects.create(nonce_hash=hashed(name), at=now)
    except IntegrityError:
        return False
    return True
