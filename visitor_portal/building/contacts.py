"""What the contact at a door says after an opening: seen open, and shut again.

Each opening is followed by a thread of its own for as long as the door may stand open. When the process ends
meanwhile, nothing more is seen of that opening, and nothing is claimed.
"""

import logging
from threading import Event, Thread, current_thread

from django.db import connections
from django.utils import timezone

from . import access_log, places
from .access_log import Attempt
from .drivers import Driver, Wiring, found
from .models import AccessLog, Door
from .telling import changed

MARGIN = 60.0  # seconds after which a door that should be shut is no longer watched
State = AccessLog.State

logger = logging.getLogger(__name__)
_stop = Event()
_following: set[Thread] = set()


def follow(attempt: Attempt, door: Door) -> None:
    """Watch the door that this attempt opened, or may have opened."""
    if attempt.state not in (State.CONFIRMED, State.UNKNOWN):
        return
    for opener in places.openers(door):
        wired = found(opener, door)
        if wired and wired[0].has_contact(wired[1]):
            thread = Thread(target=_follow, args=(attempt, door, *wired), daemon=True, name="contact")
            _following.add(thread)
            thread.start()
            return


def stop() -> None:
    """Follow no longer, and wait until nobody does."""
    _stop.set()
    for thread in list(_following):
        thread.join()
    _stop.clear()


def _follow(attempt: Attempt, door: Door, driver: Driver, wiring: Wiring) -> None:
    try:
        _watch(attempt, door, driver, wiring)
    except Exception:
        # A contact is told of and never relied on: what it can't say stays unsaid.
        logger.exception("The contact of a door could not be followed.")
    finally:
        connections.close_all()
        _following.discard(current_thread())


def _watch(attempt: Attempt, door: Door, driver: Driver, wiring: Wiring) -> None:
    was_open = False
    for is_open in driver.contact(wiring, seconds=door.open_seconds + MARGIN, stop=_stop):
        Door.objects.filter(id=door.id).update(is_seen_open=is_open)
        if is_open or was_open:
            _write(attempt, State.SEEN_OPEN if is_open else State.SEEN_SHUT)
        if was_open and not is_open:
            return
        was_open = was_open or is_open


def _write(attempt: Attempt, state: str) -> None:
    sent = next(row for row in attempt.rows if row.state == State.SENT)
    milliseconds = round((timezone.now() - sent.at).total_seconds() * 1000)
    if access_log.step(attempt, state, milliseconds=milliseconds) and sent.session:
        changed(sent.session)
