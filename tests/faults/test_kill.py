"""The portal is killed at each step of an opening, and starts again: never a second pulse, never an open row."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys.site import ROOT, Site
from tests.services.visiting import browser, seal
from tests.thorough import rather

STEPS = {  # where it dies: how often the lock has moved by then, and what is known of it in the end
    "before the decision is written": (0, "confirmed"),  # nothing was written: the same tap opens
    "before the decision is committed": (0, "confirmed"),
    "before the lock is asked": (0, "unknown"),
    "before the pulse": (0, "unknown"),
    "after the pulse": (1, "unknown"),
    "before the end is written": (1, "unknown"),
    "before the end is committed": (1, "unknown"),
    "after the end is committed": (1, "confirmed"),
}


class Mortal(Site):
    """Dies where it is told to, and can be started again on what it left behind."""

    def again(self) -> None:
        self.process.wait(15)
        assert self.process.stdout
        self.process.stdout.close()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", self.url.rpartition(":")[2]],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        assert self.process.stdout.readline().startswith("Listening")

    @property
    def ends(self) -> list[str]:
        rows = self.rows("SELECT state FROM building_accesslog WHERE step = 3 ORDER BY sequence")
        return [row[0] for row in rows]

    @property
    def left_open(self) -> int:
        open_ = "SELECT count(DISTINCT attempt) FROM building_accesslog"
        ended = "SELECT attempt FROM building_accesslog WHERE step = 3"
        return int(self.rows(f"{open_} WHERE attempt NOT IN ({ended})")[0][0])


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Mortal]:
    site = Mortal(tmp_path, DJANGO_SETTINGS_MODULE="tests.faults.failpoints", KILL_AT=request.param)
    try:
        yield site
    finally:
        site.stop()


def tap(site: Mortal) -> httpx.Response:
    """A resident opens at the sign by the API, always with the same key."""
    key = site.home("Chidi Okafor").url.rpartition("/")[2]
    return httpx.post(
        f"{site.url}/api/v1/public/access/portals/{site.sign.rpartition('/')[2]}/open",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "one-tap"},
        timeout=20,
        trust_env=False,
    )


TRIED = rather(("before the lock is asked", "after the pulse", "after the end is committed"), tuple(STEPS))


@pytest.mark.parametrize(("site", "expected"), [(at, STEPS[at]) for at in TRIED], indirect=["site"], ids=TRIED)
def test_by_the_api(site: Mortal, expected: tuple[int, str]) -> None:
    moved, known = expected
    with pytest.raises(httpx.HTTPError):
        tap(site)
    assert site.pulses == moved
    site.again()
    site.write("UPDATE building_building SET next_open_at = NULL")
    a_minute_later_keep(site)
    told = tap(site)
    assert site.pulses <= 1
    assert (site.ends, site.left_open) == ([known], 0)
    opening = told.json()["opening"]
    assert (told.status_code, opening["state"]) == ((200 if known == "confirmed" else 503), known)
    assert "is what was written" in site._manage("verify_log")


def a_minute_later_keep(site: Mortal) -> None:
    """The chores, done once by a process whose clock is a minute ahead."""
    command = [sys.executable, "-c", AHEAD, "manage.py", "keep", "--once"]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, capture_output=True)


AHEAD = """
import datetime, sys, time_machine
from django.core.management import execute_from_command_line
with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)):
    execute_from_command_line(sys.argv[1:])
"""


@pytest.mark.parametrize("site", ["after the pulse"], indirect=True)
def test_by_the_page_the_same_form_again_never_opens_twice(site: Mortal) -> None:
    with browser(site.url) as home:
        home.get(site.home("Chidi Okafor").url)
        form = {"seal": seal(home.get(site.sign).text)}
        with pytest.raises(httpx.HTTPError):
            home.post(f"{site.sign}/open", data=form)
        site.again()
        a_minute_later_keep(site)
        answer = home.post(f"{site.sign}/open", data=form)
        assert "We don't know whether the door opened" in answer.text.replace("&#x27;", "'")
    assert (site.pulses, site.ends, site.left_open) == (1, ["unknown"], 0)
    assert [row[0] for row in site.rows("SELECT state FROM openings_opening")] == ["unknown"]
