"""Pushing holds up nobody: the visitor is answered as soon as without it, and the living pay nothing for the dead."""

import time
from collections.abc import Iterator
from statistics import median

import httpx
import pytest

from tests.push.service import SILENT, Browser, PushService

from .figures import p95, show
from .quiet import Quiet
from .running import Portal

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

PHONES, DEAD = 20, 10
WARM, TIMES = 4, 30
MOST_MS, MOST_RATIO = 500.0, 1.1
WITH, WITHOUT = "Jonas Weber", "Nikos Papadopoulos"
ROW = (
    "INSERT INTO push_phone (id, owner, name, endpoint, p256dh, auth, secret_hash, created_at, trouble, why) "
    "SELECT '{id}', id, 'Phone', '{endpoint}', '{p256dh}', '{auth}', '{id}', '2026-01-01 00:00:00', '', '' "
    "FROM building_resident WHERE name = '{owner}'"
)


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture
def portal(service: PushService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    most = {f"RINGS_PER_{what}": "100000" for what in ("VISITOR", "ENTRY", "DOOR")}
    with Portal(tmp_path_factory.mktemp("push"), PUSH_HOSTS=service.host, **most) as running:
        yield running


def enrol(portal: Portal, browser: Browser) -> None:
    sub = browser.subscription
    portal.sql(
        ROW.format(
            id=f"01JABCDEFGHJKMNPQRSTVWX{browser.number:03}",
            owner=WITH,
            endpoint=sub.endpoint,
            p256dh=sub.p256dh,
            auth=sub.auth,
        )
    )


class Door:
    """A visitor at the building's API, and how long each ring takes to be answered."""

    def __init__(self, portal: Portal) -> None:
        self.http = httpx.Client(base_url=f"{portal.url}/api/v1/public/access", trust_env=False)
        self.sign = portal.sign.removeprefix("/p/")
        self.targets = {who: target_of(portal, who) for who in (WITH, WITHOUT)}

    def ring(self, who: str) -> tuple[float, float]:
        """When it was sent, and the milliseconds until it was answered."""
        body = {"target_entity_id": self.targets[who], "mode": "voice"}
        sent = time.monotonic()
        self.http.post(f"/portals/{self.sign}/sessions", json=body).raise_for_status()
        return sent, 1000 * (time.monotonic() - sent)


def target_of(portal: Portal, name: str) -> str:
    found: str = next(r["target_id"] for r in portal.demo["residents"] if r["name"].startswith(name))
    return found


def test_push(portal: Portal, service: PushService):
    door, quiet = Door(portal), Quiet(40)
    living = [service.subscribe(202) for _ in range(PHONES - DEAD)]
    for browser in [*living, *(service.subscribe(SILENT) for _ in range(DEAD))]:
        enrol(portal, browser)
    answers: dict[str, list[float]] = {WITH: [], WITHOUT: []}
    handed: list[float] = []
    for number in range(WARM + TIMES):
        quiet.wait()
        for who in sorted(answers, reverse=number % 2 == 0):
            sent, took = door.ring(who)
            if who == WITH:
                handed.append(last_of(service, number + 1) - sent)
            answers[who].append(took)
            time.sleep(0.2)
    door.http.close()
    with_, without = (answers[who][WARM:] for who in (WITH, WITHOUT))
    handed_ms = [1000 * seconds for seconds in handed[WARM:]]
    rows = [[name, len(t), median(t), p95(t), max(t)] for name, t in rows_of(with_, without, handed_ms)]
    ratio = median(with_) / median(without)
    show(f"{PHONES} phones, {DEAD} of them dead; ratio {ratio:.2f}; {quiet}", ["", "n", "p50 ms", "p95", "max"], rows)
    assert p95(handed_ms) < MOST_MS
    assert ratio < MOST_RATIO


def rows_of(*times: list[float]) -> list[tuple[str, list[float]]]:
    names = ("the visitor's answer, with phones", "without any", f"handed to all {PHONES}")
    return list(zip(names, times, strict=True))


def last_of(service: PushService, times: int) -> float:
    """When the last of them, dead or alive, was handed its push for the so manyth time."""
    until = time.monotonic() + 20
    while any(browser.asked < times for browser in service.browsers):
        assert time.monotonic() < until, [browser.asked for browser in service.browsers]
        time.sleep(0.002)
    return max(browser.asked_at for browser in service.browsers)
