"""What becomes of phones by itself."""

from datetime import datetime, timedelta

from visitor_portal import keeping

from . import phones

KEPT = timedelta(days=30)  # how long an ended phone is known, to say what became of it


@keeping.every(3600)
def forget_phones(now: datetime) -> None:
    phones.forget(before=now - KEPT)
