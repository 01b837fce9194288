"""When an answer means that a door opened."""

from __future__ import annotations

from .answers import value
from .errors import BadAnswer, Unknown
from .transport import Answer
from .wire.invites import ExecutedInvite
from .wire.openings import Opened


def opened(answer: Answer) -> Opened:
    """No body is declared for these: a complete 2xx is the success, unless a readable body says less."""
    try:
        return Opened.from_json(value(answer))
    except BadAnswer:
        return Opened()


def executed(answer: Answer) -> ExecutedInvite:
    """Here the body is declared, and success is its literal `ok: true`."""
    try:
        return ExecutedInvite.from_json(value(answer))
    except BadAnswer as error:
        raise Unknown("an answer nobody can read", status=answer.status) from error
