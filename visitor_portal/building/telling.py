"""Say to both sides of a visit, and to everybody whom it rang, that something changed."""

from django.db.models import F

from visitor_portal import events

from .models import Ring, Session


def tell(session_id: str) -> None:
    events.session_changed(session_id, Ring.objects.filter(session=session_id).values_list("resident", flat=True))


def changed(session_id: str, **fields: object) -> None:
    """Write these fields and a new version, and tell."""
    Session.objects.filter(id=session_id).update(version=F("version") + 1, **fields)
    tell(session_id)
