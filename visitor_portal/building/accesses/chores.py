"""What the accesses do by themselves."""

from datetime import datetime, timedelta

from visitor_portal import keeping
from visitor_portal.building.models import AccountSession, BizOperation, LoginTry

from . import operations, sessions

OPERATION_DAYS = 30  # how long a receipt is kept


@keeping.every(5)
def settle_operations(now: datetime) -> None:
    """What a server that died had answered for."""
    if ids := operations.left(now):
        operations.settle(ids)


@keeping.every(3600)
def forget_operations(now: datetime) -> None:
    ended = BizOperation.objects.filter(status__in=BizOperation.ENDS)
    ended.filter(updated_at__lt=now - timedelta(days=OPERATION_DAYS)).delete()
    AccountSession.objects.filter(expires_at__lte=now).delete()
    LoginTry.objects.filter(at__lt=now - sessions.SPAN).delete()
