"""The status fragment, made once for all who read the same of one answer. Each gets form tokens of its own."""

from functools import cached_property

from django.template.loader import render_to_string
from django.utils import translation

from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

from .status import Status
from .words import fragment

MOST = 32  # kept: of so many answers sockets may be told side by side

_made: dict[tuple[int, str, str, bool], "Rendering"] = {}


class Rendering:
    def __init__(self, status: Status) -> None:
        self.status = status
        self.shown = (status.facts, status.every)

    @cached_property
    def _html(self) -> str:
        with translation.override(self.status.language):
            return render_to_string("live/_status.html", fragment(self.status))

    def sealed(self, role: Role) -> str:
        """For this holder: the form tokens are all that tells one from another."""
        own = Status(self.status.session, role, self.status.language)
        return self._html.replace(self.status.seal, own.seal)


def rendering(session: Session, role: Role, language: str, *, is_pushed: bool) -> Rendering:
    """Of this very answer, and not of one that reads alike: the time that is left differs."""
    key = (id(session), role.name, language, is_pushed)
    found = _made.get(key)
    if found is None or found.status.session is not session:
        if len(_made) >= MOST:
            del _made[next(iter(_made))]
        found = _made[key] = Rendering(Status(session, role, language, is_pushed))
    return found
