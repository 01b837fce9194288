"""Writing within a visit: a few plain words each way."""

from datetime import datetime

from django.db import transaction

from visitor_portal.lines import LONGEST, MOST, PAUSE, plain
from visitor_portal.public_access.wire import Writing

from .models import Message, Session
from .refusals import Refusal
from .sessions import Seat
from .telling import changed


def write(seat: Seat, *, text: str = "", phrase: str = "", now: datetime) -> Message:
    """One line from this side. Both empty, or too much of it, is refused."""
    text, phrase = plain(text), plain(phrase)
    if not text and not phrase:
        raise Refusal("invalid_request", "Write something.")
    if len(text) > LONGEST or len(phrase) > 40:
        raise Refusal("invalid_request", f"At most {LONGEST} characters.")
    with transaction.atomic():
        # Two lines of one side wait for each other here, so that both are counted.
        session = Session.objects.select_for_update().get(id=seat.session.id)
        if session.state_at(now) not in Session.LIVE:
            raise Refusal("session_over", extra={"state": session.state_at(now)})
        _take(session, seat, now)
        line = Message.objects.create(
            session=session, sender=seat.role, resident=seat.resident, text=text, phrase=phrase, at=now
        )
    changed(seat.session.id)
    return line


def _take(session: Session, seat: Seat, now: datetime) -> None:
    lines = session.messages.filter(sender=seat.role).order_by("-at")
    newest = lines.first()
    if newest and now - newest.at < PAUSE:
        raise Refusal("too_many_tries", retry_after=max(1, -int((now - newest.at - PAUSE).total_seconds() // 1)))
    if lines.count() >= MOST:
        raise Refusal("too_many_tries", "No more lines in this visit.")


def left(seat: Seat, lines: list[Message], now: datetime) -> Writing | None:
    """How much this side may still write into the visit."""
    if seat.session.state_at(now) not in Session.LIVE:
        return None
    written = sum(line.sender == seat.role for line in lines)
    return Writing(left=max(0, MOST - written), phrases=True)
