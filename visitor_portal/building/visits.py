"""A visit with what every question about it asks along: the sign and the entry, who answered, whom it rang."""

from . import places
from .models import Entry, Message, Resident, Ring, Session
from .questions import Question

_SESSION = Question(lambda id_: Session.objects.filter(id=id_))
_ENTRY = Question(lambda id_: Entry.objects.filter(id=id_))
_RESIDENT = Question(lambda id_: Resident.objects.filter(id=id_))
_RING = Question(lambda session, resident: Ring.objects.filter(session=session, resident=resident))
_RINGS = Question(lambda session: Ring.objects.filter(session=session))
_MESSAGES = Question(lambda session: Message.objects.filter(session=session))


def visit(id_: str) -> Session | None:
    """The session with its sign, its entry and who answered it."""
    found = _SESSION.first(id_)
    portal, entry = found and places.portal(found.portal_id), found and _ENTRY.first(found.entry_id)
    if not found or not portal or not entry:  # they are forgotten together
        return None
    found.portal, found.entry = portal, entry
    found.answered_by = _RESIDENT.first(found.answered_by_id) if found.answered_by_id else None
    return found


def rung(session: Session, resident_id: str) -> Resident | None:
    """This resident, if the visit rang them."""
    return _RESIDENT.first(resident_id) if _RING.first(session.id, resident_id) else None


def rings(session: Session) -> list[Ring]:
    return _RINGS.all(session.id)


def messages(session: Session) -> list[Message]:
    """In their order."""
    return _MESSAGES.all(session.id)
