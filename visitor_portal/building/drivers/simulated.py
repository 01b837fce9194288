"""A lock in the database. It can fail in every way that a real one can.

Settings of the door: `fault` (refuse: says no · dead: not reachable · silent: moves or not, never answers ·
lying: says yes and does not move), `seconds` before it answers, `contact` (false: nothing sees the door).
"""

import time
from datetime import datetime, timedelta

from django.db.models import F

from visitor_portal.building.models import Door, SimulatedDoor

from .outcome import Outcome


class Simulated:
    def open(self, door: Door, now: datetime) -> Outcome:
        settings = door.driver_settings
        time.sleep(float(settings.get("seconds", 0)))
        fault = settings.get("fault")
        if fault in ("refuse", "dead"):
            return Outcome("refused")
        if fault != "lying":
            self._pulse(door, now)
        if fault == "silent":
            return Outcome("unknown")
        return Outcome("confirmed", (fault != "lying") if settings.get("contact", True) else None)

    def open_until(self, door: Door, now: datetime) -> datetime | None:
        lock = SimulatedDoor.objects.filter(door=door, open_until__gt=now).first()
        return lock.open_until if lock else None

    def reachable(self, door: Door) -> bool:
        return bool(door.driver_settings.get("fault") != "dead")

    def _pulse(self, door: Door, now: datetime) -> None:
        SimulatedDoor.objects.get_or_create(door=door)
        SimulatedDoor.objects.filter(door=door).update(
            open_until=now + timedelta(seconds=door.open_seconds), pulses=F("pulses") + 1
        )
