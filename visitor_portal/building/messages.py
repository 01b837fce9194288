"""Writing within a visit: a few plain words each way."""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction

from .models import Message, Session
from .refusals import Refusal
from .sessions import Seat
from .telling import changed

LONGEST = 200  # characters
PAUSE = timedelta(seconds=10)
MOST = 5  # of one side, in one visit
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}  # control, format and bidi, private, surrogates, separators
_JOINERS = {"\u200c", "\u200d"}  # Persian and emoji need them


def plain(text: str) -> str:
    """What is left of a text when nothing in it can hide or turn the rest around."""
    seen = (" " if c in "\r\n\t" else c for c in unicodedata.normalize("NFC", text))
    kept = "".join(c for c in seen if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    return " ".join(word for word in kept.split() if not _JOINERS.issuperset(word))


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
