"""A portal that can be killed and started again, and taps that can be repeated."""

import html
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.journeys.site import Home, Site, manage
from tests.services.visiting import browser, rung, seal

WHO = "Chidi Okafor"
AHEAD = 60  # seconds that the chores' clock is ahead: what a crash left open has been so for long enough
API = "/api/v1/public/access"
PLENTY = str(10**6)
SAID = {  # by a page
    "We don't know whether the door opened": "doubt",
    "the door was not opened, that is certain": "shut",
    "The door is open": "open",
}


class Mortal(Site):
    def __init__(self, home: Path) -> None:
        super().__init__(
            home,
            DJANGO_SETTINGS_MODULE="tests.faults.mortal",
            RING_SECONDS=str(10 * AHEAD),
            RINGS_PER_VISITOR=PLENTY,
            RINGS_PER_ENTRY=PLENTY,
            RINGS_PER_DOOR=PLENTY,
        )
        self.write("UPDATE building_building SET min_interval_ms = 0", "UPDATE building_door SET open_seconds = 600")

    def rise(self) -> None:
        """Start it again on what it left behind, at the same address."""
        self.process.wait(15)
        assert self.process.stdout
        self.process.stdout.close()
        with (
            socket.create_server(("127.0.0.1", int(self.url.rpartition(":")[2]))) as listening,
            self.log.open("a") as log,
        ):
            self.process = self._serve(listening, log)
        assert self.process.stdout
        assert self.process.stdout.readline().startswith("Listening"), self.log.read_text()

    def keep(self) -> None:
        manage(self.environment | {"SECONDS_AHEAD": str(AHEAD)}, "keep", "--once")

    @property
    def resident(self) -> Home:
        return self.home(WHO)

    @property
    def length(self) -> int:
        """How long the log is."""
        return int(self.rows("SELECT coalesce(max(sequence), 0) FROM building_accesslog")[0][0])

    def ends_since(self, length: int) -> list[str]:
        """How each attempt that began since then has ended; `left open` where it has not."""
        rows = self.rows("SELECT attempt, step, state FROM building_accesslog WHERE sequence > ?", length)
        begun: dict[str, str] = dict.fromkeys((attempt for attempt, _, _ in rows), "left open")
        return list((begun | {attempt: state for attempt, step, state in rows if step == 3}).values())


class Tap(ExitStack):
    """Somebody's tap on a door, which can be repeated. Of a visit, `look` is what its visitor is shown."""

    def __init__(self, site: Mortal) -> None:
        super().__init__()
        self.site, self.pulses, self.length = site, site.pulses, site.length
        self.post: Callable[[dict[str, str]], httpx.Response]
        self.look: Callable[[], bool] | None = None

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    @property
    def moved(self) -> int:
        return self.site.pulses - self.pulses

    @property
    def ends(self) -> list[str]:
        return self.site.ends_since(self.length)

    def once(self, *, die_at: str = "") -> str:
        """What is told of it: open, shut or doubt."""
        return _told(self.post({"X-Die-At": die_at} if die_at else {}))


def _told(answer: httpx.Response) -> str:
    if answer.headers["Content-Type"].startswith("text/html"):
        text = html.unescape(answer.text)
        return next((said for words, said in SAID.items() if words in text), text)
    state = answer.json()["opening"]["state"]
    if answer.status_code == 200:
        return "open" if state == "confirmed" else "nonsense"
    assert (answer.status_code, answer.json()["error_code"]) == (503, "door_unreachable"), answer.text
    return "shut" if state == "refused" else "doubt"


# -- by the API


def _api(tap: Tap, path: str, secret: str) -> httpx.Client:
    client = tap.enter_context(httpx.Client(base_url=f"{tap.site.url}{API}", trust_env=False, timeout=20))
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid4().hex}
    tap.post = lambda more: client.post(path, headers=headers | more)
    return client


def _json(client: httpx.Client, method: str, path: str, secret: str = "", **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    answer = client.request(method, path, headers=headers, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def open_by_the_api(site: Mortal) -> Tap:
    """A resident opens at the sign."""
    tap = Tap(site)
    _api(tap, f"/portals/{site.sign.rpartition('/')[2]}/open", site.resident.url.rpartition("/")[2])
    return tap


def let_in_by_the_api(site: Mortal) -> Tap:
    """A visitor rings, and the resident opens."""
    tap, resident = Tap(site), site.resident
    with httpx.Client(base_url=f"{site.url}{API}", trust_env=False, timeout=20) as client:
        body = {"target_entity_id": resident.target_id, "mode": "voice"}
        visit = _json(client, "POST", f"/portals/{site.sign.rpartition('/')[2]}/sessions", json=body)
        name, caller = visit["session_id"], visit["caller_token"]
        rings = _json(client, "GET", "/resident", resident.url.rpartition("/")[2])["visits"]
    callee = next(ring["callee_token"] for ring in rings if ring["session_id"] == name)
    client = _api(tap, f"/sessions/{name}/open", callee)
    tap.look = lambda: bool(_json(client, "GET", f"/sessions/{name}", caller)["door_opened"])
    return tap


# -- by the page


def _page(tap: Tap, path: str, page: str) -> None:
    resident = tap.enter_context(browser(tap.site.url))
    resident.timeout = httpx.Timeout(20)
    resident.get(tap.site.resident.url)
    form = {"seal": seal(resident.get(page).text)}
    tap.post = lambda more: resident.post(f"{path}/open", data=form, headers=more)


def open_by_the_page(site: Mortal) -> Tap:
    tap = Tap(site)
    _page(tap, site.sign, site.sign)
    return tap


def let_in_by_the_page(site: Mortal) -> Tap:
    tap = Tap(site)
    visitor = tap.enter_context(browser(site.url))
    path = rung(visitor, site, WHO)
    _page(tap, path, f"{path}?as=callee")
    tap.look = lambda: "The door is open" in visitor.get(path).text
    return tap
