"""A portal in a process of its own, with its own folder: what a browser visits and what the tests read behind it."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ("PATH", "LANG", "HOME")
LAST_STEPS = """
    SELECT state, reason FROM building_accesslog AS row WHERE step = (
        SELECT max(step) FROM building_accesslog WHERE attempt = row.attempt AND step <= 3
    ) ORDER BY sequence
"""


@dataclass(frozen=True)
class Home:
    """A resident of the demo building, and the entry that rings there."""

    name: str
    target_id: str
    url: str


class Site:
    """Runs until `stop`. Without a demo it is a portal to a building somewhere else."""

    def __init__(self, home: Path, *, demo: bool = True, host: str = "127.0.0.1", **environment: str) -> None:
        self.database = home / "portal.sqlite3"
        self.log = home / "log"
        listening = socket.create_server((host, 0))
        self.url = f"http://{host}:{listening.getsockname()[1]}"
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment = kept | {"VAR_DIR": str(home), "PUBLIC_BASE_URL": self.url} | environment
        collect_static(self.environment)
        self._manage("migrate")
        self.links: dict[str, Any] = json.loads(self._manage("demo", "--json")) if demo else {}
        with listening, self.log.open("w") as log:
            self.process = self._serve(listening, log)
        assert self.process.stdout
        ready = self.process.stdout.readline()
        assert ready.startswith("Listening"), self.log.read_text()

    def _manage(self, *arguments: str) -> str:
        return manage(self.environment, *arguments)

    def _serve(self, listening: socket.socket, log: Any) -> subprocess.Popen[str]:
        number = listening.fileno()
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--fd", str(number)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[number],
            text=True,
        )

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout
            self.process.stdout.close()

    # -- who lives there

    @property
    def sign(self) -> str:
        """The sign at the lobby's door."""
        return str(self.links["portals"][0]["url"])

    def home(self, name: str) -> Home:
        found = next(resident for resident in self.links["residents"] if resident["name"] == name)
        return Home(**found)

    # -- what is written down

    def rows(self, question: str, *values: object) -> list[sqlite3.Row]:
        """What the database says, read only."""
        with connected(f"{self.database.as_uri()}?mode=ro") as database:
            return database.execute(question, values).fetchall()

    def write(self, *commands: str) -> None:
        with connected(self.database.as_uri()) as database:
            for command in commands:
                database.execute(command)
            database.commit()

    def start_over(self) -> None:
        """As if nothing had happened yet: no visits, no attempts at a door, the doors shut and quick."""
        self.write(
            *(
                f"DELETE FROM building_{table}"
                for table in ("accesslog", "loghead", "message", "waking", "ring", "session")
            ),
            "UPDATE building_simulateddoor SET pulses = 0, open_until = NULL",
            "UPDATE building_building SET next_open_at = NULL",
            "UPDATE building_door SET open_seconds = 7",
            """UPDATE building_opener SET settings = '{"contact": "followed"}'""",
        )

    @property
    def attempts(self) -> list[tuple[str, str]]:
        """State and reason of each row of the access log, a step of an attempt, oldest first."""
        return [tuple(row) for row in self.rows("SELECT state, reason FROM building_accesslog ORDER BY sequence")]

    @property
    def openings(self) -> list[tuple[str, str]]:
        """State and reason of each attempt at a door as it stands, oldest first."""
        return [tuple(row) for row in self.rows(LAST_STEPS)]

    @property
    def pulses(self) -> int:
        """How often a lock moved."""
        return int(self.rows("SELECT sum(pulses) FROM building_simulateddoor")[0][0])

    @property
    def sessions(self) -> list[str]:
        """The state of each session, oldest first."""
        return [row[0] for row in self.rows("SELECT state FROM building_session ORDER BY created_at")]

    @property
    def tracebacks(self) -> list[str]:
        """The last line of each failure that the server wrote down."""
        return re.findall(r"^Traceback.*\n(?:[ \t].*\n)*(.*)$", self.log.read_text(), re.MULTILINE)


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def collect_static(environment: dict[str, str]) -> None:
    """Set-up has done it, unless the tests were started by themselves."""
    if not (ROOT / "collected" / "staticfiles.json").exists():
        manage(environment, "collectstatic", "--noinput")


@contextmanager
def connected(address: str) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(address, uri=True, timeout=10)
    try:
        yield database
    finally:
        database.close()
