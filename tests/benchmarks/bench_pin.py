"""A right PIN costs what a wrong one costs: Welch's t over both, taken in turns."""

import time
from datetime import UTC, datetime, timedelta
from math import sqrt
from statistics import fmean, median, variance

import pytest

from tests.building.inviting import PIN, invited
from visitor_portal.building import pins
from visitor_portal.building.models import Door, PinTry

from .figures import show

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800), pytest.mark.django_db(transaction=True)]

EACH, WARM = 1000, 20
MOST_T = 4.5


def welch(one: list[float], other: list[float]) -> float:
    spread = variance(one) / len(one) + variance(other) / len(other)
    return (fmean(one) - fmean(other)) / sqrt(spread)


def test_pin_check(door: Door):
    invite = invited(door, pin=PIN).invite
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    times: dict[str, list[float]] = {PIN: [], "194730": []}
    for turn in range(EACH + WARM):
        for pin, taken in times.items():
            now += timedelta(hours=1)
            PinTry.objects.all().delete()
            began = time.perf_counter()
            pins.check(invite, None, pin, now=now)
            if turn >= WARM:
                taken.append(1000 * (time.perf_counter() - began))
    right, wrong = times.values()
    t = welch(right, wrong)
    show("Checking a PIN", ["", "n", "p50 ms"], [["right", EACH, median(right)], ["wrong", EACH, median(wrong)]])
    print(f"Welch's t = {t:.2f}")
    assert abs(t) < MOST_T
