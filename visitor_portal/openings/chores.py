"""What the ledger does by itself."""

from datetime import datetime, timedelta

from visitor_portal import keeping

from .models import Opening

COMMAND_SECONDS = 30  # after which a command without an end has lost whoever sent it; more than any deadline
KEPT = timedelta(hours=24)  # how long a key answers with what became of it


@keeping.every(5)
def close_openings(now: datetime) -> None:
    """What a crash left open: sent may have opened, requested surely has not. Nothing is sent again."""
    late = Opening.objects.filter(at__lt=now - timedelta(seconds=COMMAND_SECONDS), closed_at=None)
    late.filter(state=Opening.State.SENT).update(state=Opening.State.UNKNOWN, closed_at=now)
    late.filter(state=Opening.State.REQUESTED).update(state=Opening.State.REFUSED, code="not_sent", closed_at=now)


@keeping.every(3600)
def forget_openings(now: datetime) -> None:
    Opening.objects.filter(at__lt=now - KEPT).delete()
