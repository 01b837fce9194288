"""Portals whose building is somewhere else, and who looks at a visit there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Self, cast
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.journeys.site import Site
from tests.services.visiting import browser, portal, rung

from .wire import Wire

WHO = "Chidi Okafor"
SECRET_KEY = "the same for all portals of one address"


class Abroad(ExitStack):
    """A building, the line to it, and portals that reach it by that line alone."""

    def __init__(self, home: Path, **environment: str) -> None:
        super().__init__()
        self.folder, self.environment = home, environment
        self.portals: list[Site] = []

    def __enter__(self) -> Self:
        super().__enter__()
        (self.folder / "building").mkdir()
        self.building = self.enter_context(portal(self.folder / "building", RING_SECONDS="300"))
        self.wire = self.enter_context(Wire(self.building.url))
        self.api = self.enter_context(Api(self.building))
        return self

    def portal(self) -> Site:
        home = self.folder / f"portal{len(self.portals)}"
        home.mkdir()
        address = f"{self.wire.url}/api/v1"
        started = portal(home, demo=False, PUBLIC_ACCESS_URL=address, SECRET_KEY=SECRET_KEY, **self.environment)
        self.portals.append(self.enter_context(started))
        return self.portals[-1]

    def ring(self, at: Site) -> "Visit":
        phone = self.enter_context(browser(at.url))
        sign = SimpleNamespace(sign=urlsplit(self.building.sign).path, home=self.building.home)
        return Visit(self, phone, rung(phone, cast(Site, sign), WHO))


class Visit:
    def __init__(self, abroad: Abroad, phone: httpx.Client, path: str) -> None:
        self.abroad, self.phone, self.path = abroad, phone, path

    @contextmanager
    def watched(self, at: Site) -> Iterator[ClientConnection]:
        """By the visitor's phone, at one of the portals; it has read the whole state."""
        with socket_of(self.phone, at, self.path) as live:
            assert "Calling" in str(live.recv(5))
            yield live

    def tap(self, action: str) -> None:
        """By the resident, at the building itself."""
        self.abroad.api.tap(self.path, action)


class Api(httpx.Client):
    """The resident, as a program at the building's API."""

    def __init__(self, building: Site) -> None:
        super().__init__(base_url=f"{building.url}/api/v1/public/access", trust_env=False, timeout=15)
        self.key = building.home(WHO).url.rpartition("/")[2]

    def tap(self, visit: str, action: str, **body: str) -> None:
        session_id = visit.removeprefix("/s/")
        rings = self.get("/resident", headers=_as(self.key)).json()["visits"]
        token = next(ring["callee_token"] for ring in rings if ring["session_id"] == session_id)
        self.post(f"/sessions/{session_id}/{action}", headers=_as(token), json=body).raise_for_status()


def _as(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def socket_of(browser: httpx.Client, at: Site, path: str, role: str = "caller") -> ClientConnection:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    address = f"{at.url.replace('http', 'ws')}/ws/session/{path.removeprefix('/s/')}?as={role}"
    return connect(address, origin=Origin(at.url), additional_headers={"Cookie": cookies})
