"""Idle sockets of one process: the memory of each, and what a push to one visit costs among many others.

Every visit has two sockets. The visits are rows in the server's own database, the cookies are signed as it signs
them.
"""

import asyncio
import random
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest
from django.core import signing

from visitor_portal.building.models.ids import hashed, new_secret

from .figures import p95, show
from .quiet import Quiet
from .running import Portal
from .wires import Wire

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

WARM, LEVELS = 100, (1000, 5000, 9000)
PUSHES = 60
AT_ONCE = 24  # sockets that are being opened side by side
TRIES, PATIENCE = 3, 10.0  # and seconds until a socket that came must have been told the state
PAUSE = 0.1  # seconds before each push
MOST_KB, MOST_RATIO = 40.0, 1.5
KEY, SECRET = new_secret("key"), new_secret("caller")


def _id(number: int) -> str:
    return f"01JABCDEFGHJKMNPQR{number:08d}"


def visits(portal: Portal, number: int) -> None:
    """So many that ring for an hour."""
    portal.sql(f"""
        INSERT INTO building_session (
            id, portal_id, entry_id, mode, state, version, caller_token_hash, caller_peer_id, callee_peer_id, guest,
            callees_notified, created_at, expires_at, door_opened
        )
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {number - 1})
        SELECT printf('01JABCDEFGHJKMNPQR%08d', i), (SELECT min(public_id) FROM building_portal),
            (SELECT min(id) FROM building_entry), 'voice', 'ringing', 1, '{hashed(SECRET)}', 'p' || i, 'q' || i, '',
            1, datetime('now'), datetime('now', '+1 hour'), 0 FROM n
    """)  # noqa: S608


class Crowd:
    """Visitors who wait, each with two pages open on one visit."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.sockets = portal, list[Wire]()
        self.waiting: set[int] = set()  # the visits that are not over
        self.missed = 0  # sockets that were told nothing at first
        self.door = asyncio.Semaphore(AT_ONCE)

    async def _come(self, number: int) -> Wire:
        cookie = f"caller_{_id(number)}"
        signed = signing.get_cookie_signer(salt=cookie).sign(SECRET)
        async with self.door:
            for _ in range(TRIES):
                live = await Wire.open(self.portal.port, f"/ws/session/{_id(number)}", f"{cookie}={signed}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE):
                        assert 'data-state="ringing"' in await live.text()
                        return live
                live.close()  # on a busy machine it may not be told its state in time: a page would poll
                self.missed += 1
        raise AssertionError("the server tells nobody")

    async def grow(self, size: int) -> float:
        """Sockets opened a second."""
        began, new = time.perf_counter(), range(len(self.sockets), size)
        self.waiting.update(number // 2 for number in new)
        self.sockets += await asyncio.gather(*(self._come(number // 2) for number in new))
        return len(new) / (time.perf_counter() - began)

    async def push(self, http: httpx.AsyncClient, number: int) -> float:
        """This visit's visitor hangs up; milliseconds until both its sockets heard of it."""
        pair = self.sockets[2 * number : 2 * number + 2]
        shown = asyncio.gather(*(live.text() for live in pair))
        began = time.perf_counter()
        told = await http.post(f"/sessions/{_id(number)}/cancel", headers={"Authorization": f"Bearer {SECRET}"})
        told.raise_for_status()
        for page in await shown:
            assert 'data-state="cancelled"' in page
        return 1000 * (time.perf_counter() - began)

    async def pushes(self, quiet: Quiet) -> list[float]:
        """To visits from all over the crowd that are not over."""
        times = []
        chosen = random.Random(1).sample(sorted(self.waiting), PUSHES)  # noqa: S311
        self.waiting.difference_update(chosen)
        async with httpx.AsyncClient(base_url=f"{self.portal.url}/api/v1/public/access", trust_env=False) as http:
            for number in chosen:
                await asyncio.sleep(PAUSE)
                await asyncio.to_thread(quiet.wait)
                async with asyncio.timeout(20):
                    times.append(await self.push(http, number))
        return times

    async def go(self) -> None:
        for live in self.sockets:
            live.close()
        await asyncio.sleep(1)


def kilobytes(portal: Portal) -> int:
    status = Path(f"/proc/{portal.process.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell how much memory a process uses")
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS")).split()[1])


@pytest.fixture
def portal(tmp_path: Path, settings: Any) -> Iterator[Portal]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * LEVELS[-1]:
        pytest.skip(f"this system lets a process open only {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    settings.SECRET_KEY = KEY
    with Portal(tmp_path, SECRET_KEY=KEY, ACCESS_LOG="False") as portal:
        yield portal
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def measure(portal: Portal, crowd: Crowd, quiet: Quiet) -> list[list[Any]]:
    rows: list[list[Any]] = []
    await crowd.grow(WARM)
    base = kilobytes(portal)
    for level in LEVELS:
        rate = await crowd.grow(level)
        await asyncio.sleep(3)
        each = (kilobytes(portal) - base) / (level - WARM)
        idle = portal.cpu
        await asyncio.sleep(5)
        idle = (portal.cpu - idle) / 50  # per cent of one processor
        spent, began = portal.cpu, time.perf_counter()
        times = await crowd.pushes(quiet)
        push = (portal.cpu - spent) / PUSHES - 10 * idle * (time.perf_counter() - began) / PUSHES
        rows.append(
            [level, rate, kilobytes(portal) / 1024, each, idle, median(times), p95(times), push, crowd.missed]
        )
    return rows


async def run(portal: Portal, quiet: Quiet) -> list[list[Any]]:
    crowd = Crowd(portal)
    try:
        return await measure(portal, crowd, quiet)
    finally:
        await crowd.go()


def test_idle_sockets(portal: Portal):
    assert portal.demo
    visits(portal, LEVELS[-1] // 2)
    quiet = Quiet(30)
    rows = asyncio.run(run(portal, quiet))
    head = ["sockets", "opened/s", "RSS MB", "KB each", "idle CPU %", "push p50 ms", "p95", "CPU ms", "came again"]
    show(f"Idle sockets, two a visit; {quiet}", head, rows)
    few, many = rows[0], rows[-1]
    ratio = many[5] / few[5]
    print(f"A push among {many[0]} costs {ratio:.2f} of one among {few[0]} (p50), {many[6] / few[6]:.2f} (p95).")
    assert many[3] <= MOST_KB
    assert ratio <= MOST_RATIO
