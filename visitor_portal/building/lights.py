"""Lights at a door: on by command, off by themselves."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Q, QuerySet

from visitor_portal import keeping

from .drivers import Outcome, found
from .drivers.outside import Deadline
from .models import Door, Light
from .refusals import Refusal

PATIENCE = 3.0  # seconds for a light, and for all that are turned on together: less than whoever asks waits
LATE = 0.3  # seconds more, in which an answer of the last moment is still read
AT_ONCE = 16  # lights that are asked side by side


def turn_on(door: Door, *, now: datetime) -> dict[str, int]:
    """Turn this door's lights on; seconds until each that came on goes off again. Refused when none did."""
    lights = list(door.lights.all())
    lit = _come_on(lights, door) if lights else []
    if lights and not lit:
        raise Refusal("light_unreachable")
    for light in lit:
        Light.objects.filter(id=light.id).update(on_until=now + timedelta(seconds=light.auto_off_seconds))
    return {light.id: light.auto_off_seconds for light in lit}


def _come_on(lights: list[Light], door: Door) -> list[Light]:
    """Those that say that they are on, in their order. Asked side by side: dead ones cost the time of one.

    A driver that breaks its promise about time is left behind in its thread. What it says later counts no more.
    """
    deadline = Deadline.after(PATIENCE)
    pool = ThreadPoolExecutor(min(len(lights), AT_ONCE), thread_name_prefix="light")
    asked = [pool.submit(_comes_on, light, door, deadline) for light in lights]
    try:
        answered = wait(asked, PATIENCE + LATE).done
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [light for light, answer in zip(lights, asked, strict=True) if answer in answered and answer.result()]


def _comes_on(light: Light, door: Door, deadline: Deadline) -> bool:
    """Not even asked when its turn comes too late."""
    try:
        patience = deadline.left()
        return patience > 0 and _switch(light, door, True, patience=patience).state == "confirmed"
    finally:
        connections.close_all()  # this thread's own, where a driver looked something up


def turn_off(*, now: datetime) -> int:
    """Turn off what has been on for long enough. A light that does not answer is asked again the next time."""
    done = 0
    for light in _due(now).select_related("door__building"):
        if keeping.is_stopping():
            break
        if _switch(light, light.door, False, patience=PATIENCE).state == "confirmed":
            done += _due(now).filter(id=light.id).update(on_until=None)  # unless it was turned on again meanwhile
    return done


def _due(now: datetime) -> QuerySet[Light]:
    return Light.objects.filter(~Q(auto_off_seconds=0), on_until__lte=now)


def _switch(light: Light, door: Door, on: bool, *, patience: float) -> Outcome:
    wired = found(light, door)
    if wired is None:
        return Outcome("unreached")
    try:
        return wired[0].switch(wired[1], on, patience=patience)
    except Exception:  # noqa: BLE001 a driver that breaks is a light out of reach
        return Outcome("unknown")
