"""What the ledger does by itself, and what becomes of things left lying."""

from datetime import datetime, timedelta

from django.conf import settings

from visitor_portal import keeping

from .models import Handover, Opening

MARGIN = 4  # seconds beside the deadline; a command without an end by then has lost whoever sent it
KEPT = timedelta(hours=24)  # how long a key answers with what became of it


# A row is to be closed within 15 s: a deadline of 8, the margin, and 1 until the next turn, leave 2 for writing.
@keeping.every(1)
def close_openings(now: datetime) -> None:
    """What a crash left open: sent may have opened, requested surely has not. Nothing is sent again."""
    lost = now - timedelta(seconds=settings.OPEN_DEADLINE + MARGIN)
    late = Opening.objects.filter(at__lt=lost, closed_at=None)
    late.filter(state=Opening.State.SENT).update(state=Opening.State.UNKNOWN, closed_at=now)
    late.filter(state=Opening.State.REQUESTED).update(state=Opening.State.REFUSED, code="not_sent", closed_at=now)


@keeping.every(3600)
def forget_openings(now: datetime) -> None:
    Opening.objects.filter(at__lt=now - KEPT).delete()


@keeping.every(60)
def forget_handovers(now: datetime) -> None:
    Handover.objects.filter(until__lt=now).delete()
