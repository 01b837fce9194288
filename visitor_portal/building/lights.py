"""Lights at a door: on by command, off by themselves."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from .drivers import Outcome, found
from .models import Door, Light
from .refusals import Refusal

PATIENCE = 3.0  # seconds for each light


def turn_on(door: Door, *, now: datetime) -> dict[str, int]:
    """Turn this door's lights on; seconds until each that came on goes off again. Refused when none did."""
    lights = list(door.lights.all())
    lit = [light for light in lights if _switch(light, door, True).state == "confirmed"]
    if lights and not lit:
        raise Refusal("light_unreachable")
    for light in lit:
        Light.objects.filter(id=light.id).update(on_until=now + timedelta(seconds=light.auto_off_seconds))
    return {light.id: light.auto_off_seconds for light in lit}


def turn_off(*, now: datetime) -> int:
    """Turn off what has been on for long enough. A light that does not answer is asked again the next time."""
    done = 0
    for light in _due(now).select_related("door__building"):
        if _switch(light, light.door, False).state == "confirmed":
            done += _due(now).filter(id=light.id).update(on_until=None)  # unless it was turned on again meanwhile
    return done


def _due(now: datetime) -> QuerySet[Light]:
    return Light.objects.filter(~Q(auto_off_seconds=0), on_until__lte=now)


def _switch(light: Light, door: Door, on: bool) -> Outcome:
    wired = found(light, door)
    if wired is None:
        return Outcome("unreached")
    try:
        return wired[0].switch(wired[1], on, patience=PATIENCE)
    except Exception:  # noqa: BLE001 a driver that breaks is a light out of reach
        return Outcome("unknown")
