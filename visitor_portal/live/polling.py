"""Asks a remote upstream about one session, again and again, while it lives and somebody looks.

One request at a time, whoever looks and however many; of several processes the one that holds the lease. What was
told by the embedded building comes through the channel layer, and is never asked for here.
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from visitor_portal import events
from visitor_portal.public_access import Denied, Gone, NotFound, PublicAccessError
from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

from . import truth
from .lease import Lease
from .trouble import Trouble

RINGING, TALKING = 1.0, 2.0  # seconds between two requests
JITTER = 0.2
SLOWEST, LONGEST_ASKED = 8.0, 30.0  # seconds after errors, and when the upstream says how long to leave it alone

_dice = random.SystemRandom()
_trouble = Trouble(
    "The upstream does not answer (%s); visits under way are asked about less often.",
    "The upstream answers again; visits under way are asked about as ever.",
)


class Polling:
    """`roles` says who looks, now. `changed` is called when there is something to see."""

    def __init__(self, session_id: str, roles: Callable[[], Iterable[Role]], changed: Callable[[], None]) -> None:
        self.is_over = False
        self._session_id, self._roles, self._changed = session_id, roles, changed
        self._refused: set[Role] = set()
        self._seen: Session | None = None
        self._ends = float("inf")  # by the loop's clock
        self._failures, self._leave_alone = 0, 0.0
        self._lease, self._is_ours = Lease(session_id), asyncio.Event()

    @property
    def is_ours(self) -> bool:
        return self._is_ours.is_set()

    async def run(self) -> None:
        holding = asyncio.create_task(self._hold())
        try:
            while not self.is_over:
                await self._is_ours.wait()
                await self._look()
                await asyncio.sleep(0 if self.is_over else self._pause())
        finally:
            _trouble.leave(self)
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)
            await self._lease.give_back()

    async def _hold(self) -> None:
        while True:
            if await self._lease.hold():
                self._is_ours.set()
            else:
                self._is_ours.clear()
                self._seen = None  # whatever changes meanwhile is seen and told by its holder
            await asyncio.sleep(self._lease.pause)

    async def _look(self) -> None:
        role = next((role for role in self._roles() if role not in self._refused), None)
        if role is None:
            return
        try:
            session = await truth.read(role, max_age=0)
        except (Denied, Gone, NotFound):
            self._refused.add(role)
            self._changed()
        except PublicAccessError as error:
            self._failures += 1
            self._leave_alone = min(getattr(error, "retry_after", None) or 0, LONGEST_ASKED)
            _trouble.meet(self, f"{type(error).__name__}: {error}")
        else:
            self._failures, self._leave_alone = 0, 0.0
            _trouble.pass_by(self)
            self._ends = asyncio.get_running_loop().time() + _seconds_left(session)
            # Without what differs in every answer.
            await self._take(replace(session, now=None, ice_servers=()))

    async def _take(self, session: Session) -> None:
        before, self._seen = self._seen, session
        self.is_over = session.final or self._left <= 0
        if session == before and not self.is_over:
            return
        # The sockets here at once, whatever becomes of the layer. At the first look, too: what they were shown at
        # their beginning, or by the process that watched until now, may be older.
        self._changed()
        if before is not None and session != before:
            await events.send(events.session_group(self._session_id), events.Changed(type="session.changed"))

    @property
    def _left(self) -> float:
        return self._ends - asyncio.get_running_loop().time()

    def _pause(self) -> float:
        calm = RINGING if self._seen is None or self._seen.state in ("pending", "ringing") else TALKING
        pause = max(self._leave_alone, min(calm * 2.0**self._failures, SLOWEST)) * _dice.uniform(
            1 - JITTER, 1 + JITTER
        )
        return pause if self._failures else min(pause, max(0.0, self._left))


def _seconds_left(session: Session) -> float:
    if session.expires_at is None:
        return float("inf")
    return (session.expires_at - (session.now or datetime.now(UTC))).total_seconds()
