"""What the building does by itself."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from visitor_portal import keeping

from . import access_log, chain, doors, holds, lights, sessions, waking
from .access_log import Attempt
from .accesses import chores as _of_accesses  # noqa: F401 named here, they are found
from .models import Access, AccessLog, Door, Invite, LogHead, OtpChallenge, Session, SpentScan
from .telling import changed

ATTEMPT_SECONDS = 12  # after which an attempt without an end has lost whoever made it; more than a door takes
HOLD_AGAIN = timedelta(minutes=5)  # after which a lock that did not do it is told again
# How long things are kept, in days: access log 90, visits with their messages 30
LOG_DAYS, VISIT_DAYS, INVITE_DAYS = 90, 30, 30


@keeping.every(1)
def expire_sessions(now: datetime) -> None:
    sessions.expire(now=now)


@keeping.every(1)
def wake_phones(now: datetime) -> None:
    """Those that are to be told again, and those that a process which ended meanwhile did not get to."""
    waking.wake(now=now)


@keeping.every(1)
def own_up_to_silence(now: datetime) -> None:
    waking.own_up(now=now)


@keeping.every(1)
def turn_off_lights(now: datetime) -> None:
    lights.turn_off(now=now)


# An attempt is to be closed within 15 s: 12 until it is surely lost, and 1 until the next turn, leave 2 for writing.
@keeping.every(1)
def close_attempts(now: datetime) -> None:
    """What a crash left open: sent may have opened, requested surely has not. Nothing is sent again."""
    left = access_log.left_open(now, older_than=ATTEMPT_SECONDS)
    closed = [attempt for attempt in left if _close(attempt)]
    for attempt in closed:  # when all are closed: telling takes its time while the channel layer is down
        if attempt.last.session:
            changed(attempt.last.session)


def _close(attempt: Attempt) -> bool:
    sent = attempt.state == AccessLog.State.SENT
    end = AccessLog.State.UNKNOWN if sent else AccessLog.State.REFUSED
    return access_log.step(attempt, end, reason="door_unreachable")


@keeping.every(5)
def move_holds(now: datetime) -> None:
    """Hold open what a schedule or a manager holds open now, and let go of the rest."""
    rested = Q(hold_tried_at=None) | Q(hold_tried_at__lte=now - HOLD_AGAIN)
    connected = Door.objects.filter(rested, connected=True, openers__isnull=False).select_related("building")
    for door, on in holds.to_move(list(connected.distinct()), now):
        if keeping.is_stopping():
            return
        # The locks before it took their time: by `now` this command could count as lost before it is sent.
        doors.hold_door(door, on, now=timezone.now())


@keeping.every(5)
def end_accesses(now: datetime) -> None:
    """A temporary access vanishes after its end."""
    over = Access.objects.filter(kind=Access.Kind.TEMPORARY, status=Access.Status.READY, valid_to__lte=now)
    over.update(status=Access.Status.DELETED)


@keeping.every(3600)
def purge(now: datetime) -> None:
    """Forget what need not be known any longer."""
    for building in LogHead.objects.values_list("building", flat=True):
        chain.purge(building, before=now - timedelta(days=LOG_DAYS))
    Session.objects.filter(created_at__lt=now - timedelta(days=VISIT_DAYS)).delete()
    over = Access.objects.filter(status=Access.Status.DELETED, valid_to__lt=now - timedelta(days=INVITE_DAYS))
    Invite.objects.filter(access__in=over).delete()
    over.delete()
    SpentScan.objects.filter(at__lt=now - timedelta(hours=1)).delete()
    OtpChallenge.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
