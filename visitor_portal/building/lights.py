"""Lights at a door: on by command, off by themselves."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Q, QuerySet

from visitor_portal import keeping

from .drivers import Outcome, found
from .drivers.outside import Deadline
from .models import Door, Light
from .questions import Question
from .refusals import Refusal

PATIENCE = 3.0  # seconds for a light, and for all that are asked together: less than whoever asks waits
LATE = 0.3  # seconds more, in which an answer of the last moment is still read
AT_ONCE = 16  # lights that are asked side by side
_LIGHTS = Question(lambda door: Light.objects.filter(door=door))


def has_some(door: Door) -> bool:
    return bool(_LIGHTS.all(door.id))


def turn_on(door: Door, *, now: datetime) -> dict[str, int]:
    """Turn this door's lights on; seconds until each that came on goes off again. Refused when none did."""
    lights = list(door.lights.all())
    lit = _that_did_it(lights, on=True) if lights else []
    if lights and not lit:
        raise Refusal("light_unreachable")
    for light in lit:
        Light.objects.filter(id=light.id).update(on_until=now + timedelta(seconds=light.auto_off_seconds))
    return {light.id: light.auto_off_seconds for light in lit}


def _that_did_it(lights: list[Light], *, on: bool) -> list[Light]:
    """Those that say that they are on, or off, in their order. Asked side by side: dead ones cost the time of one.

    A driver that breaks its promise about time is left behind in its thread. What it says later counts no more.
    """
    deadline = Deadline.after(PATIENCE)
    pool = ThreadPoolExecutor(min(len(lights), AT_ONCE), thread_name_prefix="light")
    asked = [pool.submit(_does_it, light, on, deadline) for light in lights]
    try:
        answered = wait(asked, PATIENCE + LATE).done
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [light for light, answer in zip(lights, asked, strict=True) if answer in answered and answer.result()]


def _does_it(light: Light, on: bool, deadline: Deadline) -> bool:
    """Not even asked when its turn comes too late."""
    try:
        patience = deadline.left()
        return patience > 0 and _switch(light, on, patience=patience).state == "confirmed"
    finally:
        connections.close_all()  # this thread's own, where a driver looked something up


def turn_off(*, now: datetime) -> int:
    """Turn off what has been on for long enough. A light that does not answer is asked again the next time."""
    done = 0
    due = list(_due(now).select_related("door").order_by("on_until"))
    for start in range(
        0, len(due), AT_ONCE
    ):  # each such group has its own time, or dead ones could take up all of it
        if keeping.is_stopping():
            break
        for light in _that_did_it(due[start : start + AT_ONCE], on=False):
            done += _due(now).filter(id=light.id).update(on_until=None)  # unless it was turned on again meanwhile
    return done


def _due(now: datetime) -> QuerySet[Light]:
    return Light.objects.filter(~Q(auto_off_seconds=0), on_until__lte=now)


def _switch(light: Light, on: bool, *, patience: float) -> Outcome:
    wired = found(light, light.door)
    if wired is None:
        return Outcome("unreached")
    try:
        return wired[0].switch(wired[1], on, patience=patience)
    except Exception:  # noqa: BLE001 a driver that breaks is a light out of reach
        return Outcome("unknown")
