"""How the chores stop: what was begun is finished, for some seconds at most."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving import ROOT, environment_of, wait_for
from visitor_portal import keeping
from visitor_portal.server import DRAIN_SECONDS

KEEP, SERVE = ["keep"], ["serve", "--keep", "--port", "0"]
FOR_EVER = ""

Begun = Callable[[list[str], str], subprocess.Popen[str]]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    """`manage.py` with these arguments, in the middle of a chore that takes so many seconds."""
    started: list[subprocess.Popen[str]] = []

    def start(arguments: list[str], seconds: str) -> subprocess.Popen[str]:
        environment = {"DJANGO_SETTINGS_MODULE": "tests.slow_house.settings", "CHORE_SECONDS": seconds}
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "manage.py", *arguments],
            cwd=ROOT,
            env=environment_of(tmp_path) | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert wait_for((tmp_path / "begun").exists, 20)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[str, float]:
    """What it says when it is told to stop, and how long it takes."""
    asked = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    return errors, time.monotonic() - asked


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("arguments", [KEEP, SERVE], ids=" ".join)
def test_a_chore_under_way_is_finished(begun: Begun, tmp_path: Path, arguments: list[str], number: signal.Signals):
    process = begun(arguments, "2")
    assert not (tmp_path / "ended").exists()
    errors, seconds = stop(process, number)
    assert (process.returncode, (tmp_path / "ended").exists()) == (0, True), errors
    assert "Traceback" not in errors and "under way:" not in errors and "although" not in errors, errors
    assert seconds < 5


@pytest.mark.parametrize(
    ("arguments", "most"), [(KEEP, keeping.STOP_SECONDS), (SERVE, DRAIN_SECONDS)], ids=["keep", "serve"]
)
def test_a_chore_that_never_ends_is_cut_off(begun: Begun, arguments: list[str], most: float):
    process = begun(arguments, FOR_EVER)
    errors, seconds = stop(process)
    assert process.returncode == 0, errors
    assert "although this was still under way: dawdle" in errors and "Traceback" not in errors, errors
    assert most <= seconds < most + 2


@pytest.mark.parametrize("arguments", [KEEP, SERVE], ids=" ".join)
def test_a_second_signal_stops_at_once(begun: Begun, arguments: list[str]):
    process = begun(arguments, FOR_EVER)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    errors, seconds = stop(process)
    assert seconds < 2 and "Traceback" not in errors, errors
