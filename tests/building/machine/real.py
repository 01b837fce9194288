"""The building itself, asked over its API, with a lock whose every move is seen."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from tests.conftest import Person, person
from visitor_portal.building import invites, scans
from visitor_portal.building.drivers import Outcome, Wiring
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import (
    Access,
    AccessDoor,
    AccessLog,
    Building,
    Door,
    Entry,
    Invite,
    Light,
    Opener,
    Portal,
    SimulatedDoor,
)

_client = Client()
told: Counter[str] = Counter()  # what was asked and how it was answered, of all stories together


class Killed(BaseException):
    """Whoever asked the door is gone, in the middle of it. Nothing catches this."""


class SeenLock(Simulated):
    """Notes for each pulse the attempt that it belongs to: the one written down last, as sent."""

    def __init__(self) -> None:
        self.moved: list[str] = []

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        fault = str(wiring.settings.get("fault"))
        if fault == "dies before":
            raise Killed
        before = SimulatedDoor.objects.get(door=wiring.door_id).pulses
        outcome = super().open(wiring, now=now, patience=patience)
        if SimulatedDoor.objects.get(door=wiring.door_id).pulses > before:
            last = AccessLog.objects.filter(door=wiring.door_id).order_by("-sequence")[0]
            assert last.state == "sent", "the door moves, and the log does not say so yet"
            self.moved.append(last.attempt)
        if fault == "dies after":
            raise Killed
        return outcome


@dataclass(frozen=True)
class Said:
    code: str  # ok, or the error code
    opening: str = ""  # its state, where one is told
    secret: str = ""  # of a phone that took a slot
    body: Any = None


def asked(path: str, *, bearer: str = "", body: Any = None, cookie: str = "", **headers: str) -> Said:
    _client.cookies.clear()
    sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
    sent |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
    sent |= {"Cookie": f"oa_access_invite={cookie}"} if cookie else {}
    answer = _client.post(f"/api/v1/public/access/{path}", body or {}, content_type="application/json", headers=sent)
    said = json.loads(answer.content or b"{}")
    assert answer.status_code < 500 or said["error_code"] in ("door_unreachable", "light_unreachable"), said
    given = answer.cookies.get("oa_access_invite")
    code = "ok" if answer.status_code < 300 else str(said["error_code"])
    told[f"{path.split('/')[0]} {path.split('/')[-1]}: {code}"] += 1
    return Said(code, (said.get("opening") or {}).get("state", ""), given.value if given else "", said)


class RealHouse:
    """One door with two openers, a light, a home with two residents."""

    def __init__(self, interval: timedelta) -> None:
        milliseconds = int(interval.total_seconds() * 1000)
        self.building = Building.objects.create(name={"en": "Harbour House"}, min_interval_ms=milliseconds)
        self.door = Door.objects.create(building=self.building, name={"en": "Lobby"})
        self.openers = [Opener.objects.create(door=self.door, position=position) for position in range(2)]
        SimulatedDoor.objects.create(door=self.door)
        self.light = Light.objects.create(door=self.door, label={"en": "Lights"}, auto_off_seconds=90)
        self.portal = Portal.objects.create(door=self.door, name={"en": "Lobby"})
        self.entry = Entry.objects.create(building=self.building, name={"en": "Home"}, floor="1")
        self.people: dict[str, Person] = {
            who: person(self.building, who, at=self.entry, doors=(self.door,)) for who in ("alice", "bob")
        }

    def invite(self, *, types: str, begins: datetime, ends: datetime, **fields: Any) -> tuple[Invite, str, str]:
        """The invite, its link's token, and the id of its one grant."""
        access = Access.objects.create(
            building=self.building, name="Guest", kind="temporary", valid_from=begins, valid_to=ends
        )
        grant = AccessDoor.objects.create(access=access, door=self.door, in_auth_types=[types])
        invite, token = invites.issue(access, **fields)
        return invite, token, grant.grant_id

    def scan(self) -> str:
        return scans.prove(self.portal)
