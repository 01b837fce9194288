"""A lock in the database. It can fail in every way that a real one can."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event
from typing import ClassVar

from django import forms
from django.db.models import F

from visitor_portal.building.models import SimulatedDoor
from visitor_portal.building.questions import Question

from .outcome import Outcome, Wiring

_LOCK = Question(lambda door: SimulatedDoor.objects.filter(door=door))


class SimulatedSettings(forms.Form):
    FAULTS = (
        ("", "none"),
        ("refuse", "says no"),
        ("dead", "is not reachable"),
        ("silent", "moves, and never answers"),
        ("lost", "does not move, and never answers"),
        ("lying", "says yes, and does not move"),
    )
    CONTACTS = (("at_once", "tells with the answer"), ("followed", "tells later, open and shut"), ("none", "none"))
    fault = forms.ChoiceField(
        choices=FAULTS, required=False, help_text="How it fails, to see what visitors are told."
    )
    seconds = forms.FloatField(min_value=0, max_value=20, required=False, help_text="How long it takes to answer.")
    contact = forms.ChoiceField(choices=CONTACTS, required=False, help_text="What sees that the door stands open.")


class Simulated:
    Settings: ClassVar[type[forms.Form]] = SimulatedSettings
    secrets: ClassVar[frozenset[str]] = frozenset()

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        if outcome := _fault(wiring, patience):
            return outcome
        fault = wiring.settings.get("fault")
        if fault not in ("lying", "lost"):
            _pulse(wiring, now)
        if fault in ("silent", "lost"):
            return Outcome("unknown")
        at_once = wiring.settings.get("contact", "at_once") in ("at_once", "")
        return Outcome("confirmed", (fault != "lying") if at_once else None)

    def open_until(self, wiring: Wiring, *, now: datetime) -> datetime | None:
        lock = _LOCK.first(wiring.door_id)
        return lock.open_until if lock and lock.open_until and lock.open_until > now else None

    def reachable(self, wiring: Wiring, *, patience: float) -> bool:
        return wiring.settings.get("fault") != "dead"

    def hold(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        if outcome := _fault(wiring, patience):
            return outcome
        SimulatedDoor.objects.update_or_create(door_id=wiring.door_id, defaults={"is_held": on})
        return Outcome("confirmed")

    def switch(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        return _fault(wiring, patience) or Outcome("confirmed")

    def has_contact(self, wiring: Wiring) -> bool:
        return wiring.settings.get("contact") == "followed"

    def contact(self, wiring: Wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
        told, until = None, time.monotonic() + seconds
        while time.monotonic() < until and not stop.is_set():
            lock = _LOCK.first(wiring.door_id)
            is_open = lock is not None and lock.open_until is not None and lock.open_until.timestamp() > time.time()
            if is_open is not told:
                yield is_open
                told = is_open
            stop.wait(0.05)


def _fault(wiring: Wiring, patience: float) -> Outcome | None:
    """What ends a command before anything moves."""
    seconds = float(wiring.settings.get("seconds") or 0)
    time.sleep(min(seconds, patience))
    if wiring.settings.get("fault") == "dead":
        return Outcome("unreached")
    if wiring.settings.get("fault") == "refuse":
        return Outcome("refused")
    return Outcome("unknown") if seconds > patience else None


def _pulse(wiring: Wiring, now: datetime) -> None:
    SimulatedDoor.objects.get_or_create(door_id=wiring.door_id)
    SimulatedDoor.objects.filter(door=wiring.door_id).update(
        open_until=now + timedelta(seconds=wiring.open_seconds), pulses=F("pulses") + 1
    )
