"""Waiting for a moment in which nothing else uses the machine: a measured delay should be ours."""

import time
from pathlib import Path

STAT = Path("/proc/stat")
WINDOW = 0.25  # seconds looked at
IDLE = 0.6  # share of all processors' time
LONGEST = 5.0  # seconds before one measurement: a call that rings must not run out meanwhile


class Quiet:
    """Waits before each measurement, `seconds` at most in all. Where the system does not tell, it does not wait."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds if STAT.exists() else 0.0
        self.asked = self.found = 0

    def wait(self) -> None:
        self.asked += 1
        until = time.monotonic() + min(self.left, LONGEST)
        while time.monotonic() < until:
            self.left -= WINDOW
            if _idle() >= IDLE:
                self.found += 1
                return

    def __str__(self) -> str:
        return f"{self.found} of {self.asked} begun while the machine was idle"


def _idle() -> float:
    """The share of the next moment in which the processors have nothing to do."""
    before = _ticks()
    time.sleep(WINDOW)
    spent = [after - was for was, after in zip(before, _ticks(), strict=True)]
    return (spent[3] + spent[4]) / max(1, sum(spent))


def _ticks() -> list[int]:
    return [int(number) for number in STAT.read_text().split("\n", 1)[0].split()[1:9]]
