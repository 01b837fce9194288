"""Who may look through the cameras of a sign, and when."""

from datetime import datetime

from . import access_log, reach
from .models import Camera, Session
from .sessions import Seat


def seen_by(seat: Seat, now: datetime) -> list[Camera]:
    """The cameras that this seat may look through now: none for the visitor, nor for who did not answer."""
    if not seat.is_winner or not _is_to_be_seen(seat.session, now):
        return []
    return list(seat.session.portal.cameras.all())


def _is_to_be_seen(session: Session, now: datetime) -> bool:
    """While they talk. Once the door was opened, until it shuts: whoever let somebody in sees them come in."""
    state = session.state_at(now)
    if state != Session.State.ACCEPTED:
        return state == Session.State.ACTIVE
    opening = access_log.last_of_session(session.id)
    return opening is not None and reach.open_until(opening, session.portal.door, now) is not None
