"""One question for those whom the upstream tells the same.

A ring is for a whole household, and a change of it concerns every phone there. Until somebody answers, all of them
read the same, and afterwards all but the one who did. Who shares an answer was told that very thing with a secret of
its own, a minute ago at most; at the first word that differs each asks for itself again.
"""

import asyncio

from visitor_portal.public_access import Denied, NotFound
from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

from . import truth

PROVEN = 60.0  # seconds that a holder is believed what the upstream told it

_UNTOUCHED = ("pending", "ringing", "cancelled", "expired", "failed")


class Household:
    """Of one session."""

    def __init__(self) -> None:
        self._told: dict[Role, tuple[str, float]] = {}  # how each saw it by its own secret, and when: oldest first
        self._speakers: dict[str, Role] = {}  # who asks for all that see it so, since the last change

    async def ask(self, role: Role) -> Session:
        """For nobody else."""
        try:
            session = await truth.read(role)
        except (Denied, NotFound):
            self.leave(role)
            raise
        self.leave(role)
        if (view := _view(session)) is not None:
            self._told[role] = view, asyncio.get_running_loop().time()
        return session

    def changed(self) -> None:
        self._speakers.clear()

    async def hear(self, role: Role) -> Session:
        """After a change. It is the one who asked longest ago that asks, so that each is tried in its turn."""
        view, since = self._told.get(role, ("", 0.0))
        if not since or asyncio.get_running_loop().time() - since > PROVEN:
            return await self.ask(role)
        speaker = self._speakers.setdefault(view, next(each for each, told in self._told.items() if told[0] == view))
        try:
            session = await self.ask(speaker)
        except (Denied, NotFound):
            return await self.ask(role)
        return session if _view(session) == view else await self.ask(role)

    def leave(self, role: Role) -> None:
        self._told.pop(role, None)


def _view(session: Session) -> str | None:
    """What is the same for whom it is the same: who else has answered, or that nobody has. The rest is its own."""
    if session.role != "callee":
        return None
    is_untouched = session.state in _UNTOUCHED and session.answered_at is None
    return session.answered_by or ("" if is_untouched else None)
