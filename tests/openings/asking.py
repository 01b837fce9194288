"""A building that is asked to open, and the ledger's one row."""

import asyncio

from visitor_portal.openings.models import Opening
from visitor_portal.public_access.wire import Opened
from visitor_portal.public_access.wire import Opening as Told


class Command:
    """A building that is asked to open, and what it does then."""

    def __init__(self, outcome: Opened | BaseException | None = None, *, seconds: float = 0) -> None:
        self.keys: list[str] = []
        self.outcome = outcome or Opened()
        self.seconds = seconds

    async def __call__(self, key: str) -> Opened:
        self.keys.append(key)
        await asyncio.sleep(self.seconds)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def told(state: str, seen_open: bool | None = None) -> Opened:
    return Opened(opening=Told(state, seen_open))


async def row() -> Opening:
    return await Opening.objects.aget()
