"""What a driver promises, and what it may say of a pulse."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from visitor_portal.building.models import Door


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one pulse. `refused` only when it was surely not opened; a doubt is `unknown`."""

    state: Literal["confirmed", "refused", "unknown"]
    seen_open: bool | None = None  # by a contact at the door; None without one


class Driver(Protocol):
    def open(self, door: Door, now: datetime) -> Outcome: ...

    def open_until(self, door: Door, now: datetime) -> datetime | None:
        """When the door that stands open now shuts again; None when it is shut or that is not known."""

    def reachable(self, door: Door) -> bool: ...
