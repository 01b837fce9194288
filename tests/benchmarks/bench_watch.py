"""Fifty sockets at one visit: how soon each of them reads of a change, and what they cost a building somewhere else.

The listeners are real websockets, three for each of seventeen holders of a role. A change is a phone that shows the
ring, told by a program at the building's API. Both programs read the same machine's clock.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.faults.wire import Wire
from tests.services.visiting import browser, seal

from .figures import p95, show
from .quiet import Quiet
from .running import Portal

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

RESIDENT, FLATMATES = "Chidi Okafor", 15
EACH = 3  # sockets of one holder
NUMBERS = (1, 10, 50)
SECONDS = 8.0  # of counting
MOST = 50.0  # ms until whoever listens reads of it, at the 95th percentile
SAME = 1.25  # times the requests for one socket: the pauses are drawn by lot
PLENTY = "1000"
MOVE_IN = f"""
from tests.conftest import person
from visitor_portal.building.models import Membership
entry = Membership.objects.get(resident__name={RESIDENT!r}).entry
for number in range({FLATMATES}):
    print(person(entry.building, f"Flatmate {{number}}", at=entry).key)
"""


class House(ExitStack):
    """The demo building with a crowded flat, and the portal where everybody looks."""

    def __init__(self, building: Portal, portal: Portal) -> None:
        super().__init__()
        self.building, self.portal = building, portal
        chidi = building.resident(RESIDENT)
        self.target_id = chidi["target_id"]
        self.keys = [chidi["url"].rpartition("/")[2], *building.manage("shell", "-v", "0", "-c", MOVE_IN).split()]
        api = httpx.Client(base_url=f"{building.url}/api/v1/public/access", trust_env=False, timeout=20)
        self.api = self.enter_context(api)

    def ring(self, phones: ExitStack) -> tuple[str, list[tuple[str, httpx.Client]]]:
        """The visit's path, and everybody who may look at it."""
        visitor = phones.enter_context(browser(self.portal.url))
        form = {"seal": seal(visitor.get(self.building.sign).text), "call": f"voice.{self.target_id}"}
        path = visitor.post(f"{self.building.sign}/call", data=form).url.path
        everybody = [("caller", visitor)]
        for key in self.keys:
            phone = phones.enter_context(browser(self.portal.url))
            phone.get(f"/resident/{key}")
            phone.get(f"{path}?as=callee").raise_for_status()
            everybody.append(("callee", phone))
        return path, everybody

    def tokens(self, path: str) -> list[str]:
        visits = [self.api.get("/resident", headers=bearer(key)).json()["visits"] for key in self.keys]
        return [v["callee_token"] for each in visits for v in each if v["session_id"] == path.removeprefix("/s/")]

    async def shows(self, path: str, token: str, stage: str) -> None:
        url = f"/sessions/{path.removeprefix('/s/')}/receipt"
        answer = await asyncio.to_thread(self.api.post, url, headers=bearer(token), json={"stage": stage})
        answer.raise_for_status()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@asynccontextmanager
async def listeners(
    portal: Portal, path: str, everybody: list[tuple[str, httpx.Client]], number: int
) -> AsyncIterator[list[ClientConnection]]:
    """Sockets that have read the whole state, and nothing more."""
    async with AsyncExitStack() as stack:
        lives = []
        for n in range(number):
            role, phone = everybody[n // EACH]
            address = f"{portal.url.replace('http', 'ws')}/ws/session/{path.removeprefix('/s/')}?as={role}"
            cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in phone.cookies.items())}
            opening = connect(address, origin=Origin(portal.url), additional_headers=cookies, proxy=None)
            lives.append(await stack.enter_async_context(opening))
            await lives[-1].recv()
        yield lives


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("watch"))


@pytest.fixture(scope="module")
def building(home: Path) -> Iterator[Portal]:
    with Portal(home, RING_SECONDS="600", RINGS_PER_VISITOR=PLENTY, RINGS_PER_ENTRY=PLENTY) as portal:
        yield portal


@dataclass
class Times:
    """Milliseconds from the call: until the visitor and one resident read of it, each listener, and the last one."""

    quiet: Quiet
    both: list[float] = field(default_factory=list)
    each: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    cpu: float = 0.0  # of the server, for a change

    def add(self, times: list[float]) -> None:
        self.both += times[0], times[EACH]
        self.each += times
        self.last.append(max(times))


async def changes(house: House) -> Times:
    times = Times(Quiet(60))
    with ExitStack() as phones:
        path, everybody = house.ring(phones)
        async with listeners(house.portal, path, everybody, 50) as lives:
            spent = house.portal.cpu
            for token in house.tokens(path):
                for stage in ("shown", "opened"):
                    await asyncio.to_thread(times.quiet.wait)
                    began = time.perf_counter()
                    reading = [asyncio.create_task(read(live)) for live in lives]
                    await house.shows(path, token, stage)
                    times.add([1000 * (at - began) for at in await asyncio.gather(*reading)])
            times.cpu = (house.portal.cpu - spent) / len(times.last)
    return times


async def read(live: ClientConnection) -> float:
    async with asyncio.timeout(10):
        await live.recv()
    return time.perf_counter()


def test_a_change_reaches_fifty_listeners(building: Portal) -> None:
    with House(building, building) as house:
        times = asyncio.run(changes(house))
    measured = {"visitor and resident": times.both, "each of 50": times.each, "the last of 50": times.last}
    rows = [[name, len(found), median(found), p95(found), max(found)] for name, found in measured.items()]
    head = ["until it is read by", "n", "p50 ms", "p95", "max"]
    show(f"From the call that changes something; {times.quiet}; {times.cpu:.0f} ms of processor each", head, rows)
    assert p95(times.each) < MOST


async def requests(house: House, wire: Wire) -> dict[int, float]:
    """A second, at the building, by the number of sockets."""
    found = {}
    with ExitStack() as phones:
        path, everybody = house.ring(phones)
        for number in NUMBERS:
            async with listeners(house.portal, path, everybody, number):
                await asyncio.sleep(0.5)
                before = wire.reads
                await asyncio.sleep(SECONDS)
                found[number] = (wire.reads - before) / SECONDS
            await asyncio.sleep(1)  # until their places are free
    return found


def test_fifty_sockets_cost_the_building_what_one_does(building: Portal, tmp_path: Path) -> None:
    with (
        Wire(building.url) as wire,
        Portal(tmp_path, PUBLIC_ACCESS_URL=f"{wire.url}/api/v1") as portal,
        House(building, portal) as house,
    ):
        found = asyncio.run(requests(house, wire))
    show(f"Requests for one ringing visit, counted for {SECONDS:.0f} s", ["sockets", "a second"], list(found.items()))
    assert found[50] <= SAME * found[1]
