"""What a driver promises, and what it may say of a command."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any, ClassVar, Literal, Protocol

from django import forms


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one command.

    confirmed: the thing itself said that it did it · refused: it was reached and said no · unreached: surely
    nothing got there, so another opener may be tried · unknown: any doubt.
    """

    state: Literal["confirmed", "refused", "unreached", "unknown"]
    seen_open: bool | None = None  # by a contact at the door, at once; None without one or when it tells later


@dataclass(frozen=True, slots=True)
class Wiring:
    """One opener or light as its driver sees it."""

    door_id: str
    settings: Mapping[str, Any]  # as the driver's own form cleaned them, secrets included
    open_seconds: int  # how long one pulse keeps the door open


class Driver(Protocol):
    """Nothing here raises for a fault outside, and nothing takes longer than `patience` seconds, all in all."""

    Settings: ClassVar[type[forms.Form]]  # the fields a manager fills in; each with a help_text of one line
    secrets: ClassVar[frozenset[str]]  # those of them that are encrypted at rest and never shown again

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        """One pulse. Sent at most once, whatever happens."""

    def open_until(self, wiring: Wiring, *, now: datetime) -> datetime | None:
        """When the door that stands open now shuts again; None when it is shut or that is not known. No network."""

    def reachable(self, wiring: Wiring, *, patience: float) -> bool: ...

    def hold(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        """Hold open, or end that. `refused` by what cannot hold."""

    def switch(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        """A light, on or off."""

    def has_contact(self, wiring: Wiring) -> bool:
        """Whether something at the door can tell that it stands open."""

    def contact(self, wiring: Wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
        """The contact's own words for as long: first what it says now, then each change. True is open.

        Ends after `seconds`, when `stop` is set, or when the contact can no longer be heard.
        """
