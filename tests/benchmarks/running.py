"""A portal with its demo building, as a process of its own on loopback, and the browsers that visit it."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    *("--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns"),
]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


class Portal:
    """`manage.py serve` in a folder of its own. Two of them may share the folder, and so the building."""

    def __init__(self, home: Path, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "visitor_portal.settings",
            "VAR_DIR": str(home),
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": self.url,
            **environment,
        }
        self._log = (home / f"{self.port}.log").open("w")

    def __enter__(self) -> "Portal":
        self.manage("migrate", "--noinput")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline().startswith("Listening on "), Path(self._log.name).read_text()
        return self

    def __exit__(self, *why: object) -> None:
        self.process.terminate()
        self.process.wait(15)
        assert self.process.stdout
        self.process.stdout.close()
        self._log.close()

    @property
    def cpu(self) -> float:
        return cpu_of(self.process.pid)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=self._log, text=True, check=True
        ).stdout

    def sql(self, statement: str) -> list[Any]:
        """Asked of the database behind it, or written there."""
        database = sqlite3.connect(Path(self.environment["VAR_DIR"], "portal.sqlite3"), timeout=10)
        try:
            with database:
                return database.execute(statement).fetchall()
        finally:
            database.close()

    @cached_property
    def demo(self) -> dict[str, Any]:
        """The demo building's links."""
        links: dict[str, Any] = json.loads(self.manage("demo", "--json"))
        return links

    @property
    def sign(self) -> str:
        """The path of the first sign."""
        return f"/p/{self.demo['portals'][0]['public_portal_id']}"

    def resident(self, name: str) -> dict[str, str]:
        found: dict[str, str] = next(r for r in self.demo["residents"] if r["name"] == name)
        return found


class Api:
    """A resident at the building's API, without a page."""

    def __init__(self, portal: Portal, resident: dict[str, str]) -> None:
        self.http = httpx.Client(base_url=f"{portal.url}/api/v1/public/access", trust_env=False)
        self.key = resident["url"].rpartition("/")[2]

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *why: object) -> None:
        self.http.close()

    def callee_token(self, session_id: str) -> str:
        visits = self.http.get("/resident", headers={"Authorization": f"Bearer {self.key}"}).json()["visits"]
        token: str = next(visit["callee_token"] for visit in visits if visit["session_id"] == session_id)
        return token

    def post(self, session_id: str, operation: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http.post(f"/sessions/{session_id}/{operation}", headers=headers, json={}).raise_for_status()


def cpu_of(process: int) -> float:
    """Milliseconds of processor time that it has used so far; 0 where the system does not tell."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as wire:
        wire.bind(("127.0.0.1", 0))
        port: int = wire.getsockname()[1]
        return port


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("Chromium")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


def missing(what: str) -> None:
    """Skip, or fail where everything is said to be there."""
    why = f"there is no {what} here"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(why)
    pytest.skip(why)
