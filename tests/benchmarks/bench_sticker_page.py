"""The sticker's page against a bare view that asks the building the same two questions.

The sides take turns, request by request on one connection and burst by burst on eight, so that whatever else the
machine does falls on all of them.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

import httpx
import pytest

from .figures import p95, show
from .load import Wire, rate
from .running import Portal

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

FLOOR = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.floor.settings"}
ROUNDS, LEAST_ROUNDS, SECONDS = 24, 8, 120  # the rounds end early, but not before the least, when the time is up
ALONE = 20  # requests of each side in a round, one connection
TOGETHER, EACH = 8, 6  # connections, and requests on each, of each side in a round
MOST = 1.5


@dataclass
class Side:
    name: str
    portal: Portal
    path: str
    times: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: float = 0  # of the requests on eight connections

    def burst(self) -> None:
        before = self.portal.cpu
        self.rates.append(rate(self.portal.port, self.path, connections=TOGETHER, each=EACH))
        self.cpu += self.portal.cpu - before

    def slower_than(self, floor: "Side") -> float:
        return median(self.times) / median(floor.times)

    def faster_than(self, floor: "Side") -> float:
        """By neighbouring bursts."""
        return median(ours / theirs for ours, theirs in zip(self.rates, floor.rates, strict=True))

    def row(self, floor: "Side") -> list[object]:
        alone = [len(self.times), median(self.times), p95(self.times), self.slower_than(floor)]
        bursts = len(self.rates) * TOGETHER * EACH
        return [self.name, *alone, bursts, median(self.rates), self.faster_than(floor), self.cpu / bursts]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Side]]:
    """The floor, our page asking the building each time, and our page as it is set; one building for all."""
    home = tmp_path_factory.mktemp("sticker")
    with Portal(home, **FLOOR) as bare, Portal(home, SIGN_SECONDS="0") as fresh, Portal(home) as usual:
        sign = fresh.sign
        plain = httpx.get(fresh.url + sign, headers={"Accept-Encoding": "identity"}, trust_env=False)
        yield [
            Side("floor", bare, f"/floor/{sign.removeprefix('/p/')}/{len(plain.content)}"),
            Side("page, asks each time", fresh, sign),
            Side("page, as it is set (kept 15 s)", usual, sign),
        ]


def one_round(sides: list[Side]) -> None:
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(side.portal.port, side.path)) for side in sides]
        for _ in range(ALONE):
            for side, wire in zip(sides, wires, strict=True):
                side.times.append(wire.get())
    for side in sides:
        side.burst()


def test_sticker_page(sides: list[Side]):
    floor, asking, _ = sides
    for side in sides:
        rate(side.portal.port, side.path, connections=TOGETHER, each=4)
    end = time.monotonic() + SECONDS
    for number in range(ROUNDS):
        if number >= LEAST_ROUNDS and time.monotonic() > end:
            break
        one_round(sides if number % 2 else sides[::-1])
    head = ["", "n", "c=1 p50 ms", "p95", "/ floor", "n", f"c={TOGETHER} req/s", "/ floor", "CPU ms each"]
    show("The sticker's page", head, [side.row(floor) for side in sides])
    assert asking.slower_than(floor) <= MOST
    assert asking.faster_than(floor) >= 1 / MOST
