"""What was written in a visit, as one side reads it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from visitor_portal import phrases
from visitor_portal.public_access.wire import Message

from .status import Status

SHOWN = 20  # lines; our own visits have ten at most


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    who: str  # who says it, for those who hear the page
    said: str  # empty when we can't tell what it says
    is_mine: bool


def lines(status: Status) -> list[Line]:
    return [_line(message, status) for message in status.session.messages[-SHOWN:]]


def _line(message: Message, status: Status) -> Line:
    is_mine = message.from_ == status.role.name
    who = _mine(status) if is_mine else _theirs(status)
    return Line(message.id, who, phrases.said(message.text, message.phrase), is_mine)


def _mine(status: Status) -> str:
    """A household is one side."""
    return _("You") if status.role.name == "caller" else _("From your home")


def _theirs(status: Status) -> str:
    return status.who if status.role.name == "caller" else _("The visitor")
