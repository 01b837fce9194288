"""What the signature of a guest's phone adds to a tap: processor time for a right one and for a wrong one."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import pytest
from django.utils import timezone

from tests.signing import Key
from visitor_portal.building import device_keys
from visitor_portal.building.device_keys import Signed
from visitor_portal.building.models import InviteDevice
from visitor_portal.building.models.ids import hashed

from .figures import p95, show

pytestmark = [pytest.mark.benchmark]
ROUNDS = 1000
MOST_MS = 3


def cost(act: Callable[[], object]) -> list[float]:
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        spent.append(1000 * (time.process_time() - began))
    return spent


def test_a_signature_is_checked_within_three_milliseconds():
    key, token, now = Key(), "invite_token", timezone.now()
    device = InviteDevice(invite_id="invite", key=key.public)
    given = device_keys.challenge("invite", now)
    right, tap = key.sign(given, token, "open", "lobby", "tap"), Signed("open", hashed(token), "lobby", "tap")
    wrong = key.sign(given, token, "open", "garage", "tap")
    assert device_keys.proves(device, right, tap, now=now) and not device_keys.proves(device, wrong, tap, now=now)
    rows = []
    for name, proof in (("right", right), ("wrong", wrong)):
        spent = cost(partial(device_keys.proves, device, proof, tap, now=now))
        rows.append([name, ROUNDS, median(spent), p95(spent)])
        assert p95(spent) < MOST_MS
    spent = cost(lambda: device_keys.challenge("invite", now))
    show(
        "CPU of a signature", ["", "n", "p50 ms", "p95"], [*rows, ["a challenge", ROUNDS, median(spent), p95(spent)]]
    )
