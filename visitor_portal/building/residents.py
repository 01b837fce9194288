"""Residents' links: each holds the key that proves who opens it, and is shown once."""

from django.conf import settings

from .models import Resident
from .models.ids import hashed, new_secret
from .questions import Question

_BY_KEY = Question(lambda key_hash: Resident.objects.filter(key_hash=key_hash))


def by_key(key: str) -> Resident | None:
    """Whose key this is."""
    return _BY_KEY.first(hashed(key)) if key.startswith("resident_") else None


def new_link(resident: Resident) -> str:
    """A link to hand over, which is kept nowhere. The one before stops working."""
    key = new_secret("resident")
    resident.key_hash = hashed(key)
    resident.save(update_fields=None if resident._state.adding else ["key_hash"])
    return f"{settings.PUBLIC_BASE_URL}/resident/{key}"
