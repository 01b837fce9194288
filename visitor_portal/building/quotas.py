"""How often somebody may be rung: per visitor's device, per flat and per door; and how often a stranger may try a
door. Counted in the database."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from .models import AccessLog, Building, Door, Entry, Portal, Session
from .refusals import Refusal

STRANGERS = 20  # tries a minute at one door, of all who prove nothing. More are refused without a line in the log.


def take_ring(portal: Portal, entry: Entry, guest: str, *, now: datetime) -> None:
    """Refuse a ring too many. Call it inside the transaction that adds the session."""
    # Two rings in one building wait for each other here, so that both are counted.
    Building.objects.select_for_update().get(id=entry.building_id)
    hour, minutes = timedelta(hours=1), timedelta(minutes=10)
    if guest:
        _take(Q(guest=guest), hour, settings.RINGS_PER_VISITOR, now)
    _take(Q(entry=entry), minutes, settings.RINGS_PER_ENTRY, now)
    _take(Q(portal__door=portal.door_id), minutes, settings.RINGS_PER_DOOR, now)


def take_try(door: Door, *, now: datetime) -> None:
    """Refuse a stranger's try too many: whoever knows a sticker's address could fill the log with them."""
    minute = timedelta(minutes=1)
    tries = AccessLog.objects.filter(
        door=door.id, state=AccessLog.State.REFUSED, resident="", invite="", at__gt=now - minute
    ).order_by("-at")
    if oldest := tries.values_list("at", flat=True)[STRANGERS - 1 : STRANGERS].first():
        raise Refusal("too_many_tries", retry_after=_until(oldest + minute, now))


def _take(which: Q, span: timedelta, most: int, now: datetime) -> None:
    rung = Session.objects.filter(which, created_at__gt=now - span).order_by("-created_at")
    if oldest := rung.values_list("created_at", flat=True)[most - 1 : most].first():
        raise Refusal("too_many_tries", retry_after=_until(oldest + span, now))


def _until(then: datetime, now: datetime) -> int:
    """Seconds, rounded up."""
    return -((now - then) // timedelta(seconds=1))
