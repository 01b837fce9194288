"""A database that real threads can share, doors whose pulses are counted, and visits in every state."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.db import connections
from django.utils import timezone

from tests.conftest import Person
from visitor_portal.building import access_log, sessions
from visitor_portal.building.access_log import Attempt
from visitor_portal.building.models import AccessLog, Door, Entry, Portal, Session, SimulatedDoor, new_id
from visitor_portal.building.models.ids import new_secret
from visitor_portal.building.refusals import Refusal
from visitor_portal.building.turns import in_turn

State = Session.State
WAYS = (
    "pending",
    "ringing",
    "active alice",
    "active bob",
    "accepted",
    "declined",
    "cancelled",
    "expired",
    "failed",
)


@pytest.fixture
def file_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """The same tables in a file: one in memory is a single connection, on which no two threads ever race."""
    shared = connections["default"]
    if shared.vendor != "sqlite":
        yield
        return
    shared.ensure_connection()
    path = tmp_path / "building.sqlite3"
    with sqlite3.connect(path) as copy:
        shared.connection.backup(copy)
    copy.close()
    in_memory = shared.settings_dict["NAME"]
    del connections["default"]
    shared.settings_dict["NAME"] = str(path)
    yield
    connections["default"].close()
    shared.settings_dict["NAME"] = in_memory
    connections["default"] = shared


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def pulses() -> int:
    """How often a simulated lock was really moved."""
    return sum(SimulatedDoor.objects.values_list("pulses", flat=True))


def attempts() -> list[Attempt]:
    """Every attempt at a door that the log knows, the oldest first."""
    first = AccessLog.objects.filter(step=1).order_by("sequence")
    return [access_log.load(row.attempt) for row in first]


def taken(door: Door, *states: str, **fields: Any) -> Attempt:
    """An attempt at this door as the log keeps it, after these steps."""
    first = AccessLog(building=door.building_id, door=door.id, attempt=new_id(), state="requested", at=timezone.now())
    for name, value in fields.items():
        setattr(first, name, value)
    in_turn(first.building, lambda log: log.add(first))
    attempt = Attempt([first])
    for state in states:
        assert access_log.step(attempt, state)
    return attempt


def opening_of(refusal: Refusal) -> dict[str, Any]:
    """What a refusal says of the attempt behind it."""
    return cast(dict[str, Any], refusal.extra["opening"])


class Visit:
    """One call at the door: the session, and the secrets of everybody who has something to do with it."""

    def __init__(self, portal: Portal, entry: Entry, *, mode: str = "video") -> None:
        self.session, self.caller = sessions.ring(portal, entry, mode, now=timezone.now())
        self.id = self.session.id

    def token(self, who: Person) -> str:
        return sessions.callee_token(self.session, who.resident)

    def seat(self, who: Person | None = None) -> sessions.Seat:
        """The seat of this resident, read anew; of the caller without one."""
        return sessions.seat(self.id, self.token(who) if who else self.caller)

    def now_is(self) -> Session:
        return Session.objects.get(id=self.id)


@pytest.fixture
def visit(portal: Portal, entry: Entry, alice: Person, bob: Person) -> Visit:
    """It rings for Alice and Bob."""
    return Visit(portal, entry)


def bring(visit: Visit, way: str, alice: Person, bob: Person) -> Visit:
    """Take a fresh visit to one of WAYS, by the road that leads there."""
    now = timezone.now()
    if way == "ringing":
        sessions.receipt(visit.seat(alice), "shown", now=now)
    elif way in ("active alice", "active bob"):
        sessions.answer(visit.seat(alice if way.endswith("alice") else bob), now=now)
    elif way == "accepted":
        sessions.open_session(visit.seat(alice), key=None, now=now)
    elif way == "declined":
        sessions.decline(visit.seat(alice), now=now)
    elif way == "cancelled":
        sessions.cancel(visit.seat(), now=now)
    elif way == "expired":
        Session.objects.filter(id=visit.id).update(expires_at=now - timedelta(seconds=1))
    elif way == "failed":  # no code leads there yet
        Session.objects.filter(id=visit.id).update(state=State.FAILED, ended_at=now)
    return visit


def holders(visit: Visit, alice: Person, bob: Person, mallory: Person) -> dict[str, str | None]:
    """What each of them can show. The former caller rang here before."""
    return {
        "caller": visit.caller,
        "alice": visit.token(alice),
        "bob": visit.token(bob),
        "mallory": visit.token(mallory),
        "wrong": new_secret("caller"),
        "former": Visit(visit.session.portal, visit.session.entry).caller,
        "none": None,
    }
