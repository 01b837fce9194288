"""A building of the first release comes to the latest one with all that it had."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from visitor_portal.building import chain
from visitor_portal.building.models import (
    AccessDoor,
    AccessLog,
    Building,
    Door,
    LogHead,
    Opener,
    Portal,
    Resident,
    Session,
)

from .conftest import taken

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST = ("building", "0001_building")
WIRING = {"fault": "dead", "contact": "none"}
INTERVALS: dict[str, tuple[int, ...]] = {  # of the doors of each building
    "Harbour House": (3000, 5000),
    "Elsewhere": (1000,),
    "Empty House": (),
    "Tower": (9000, 4000),
}


@contextmanager
def database_in(path: Path) -> Iterator[None]:
    """This file in place of the usual database."""
    usual = connections["default"]
    in_memory = usual.settings_dict["NAME"]
    del connections["default"]
    usual.settings_dict["NAME"] = str(path)
    yield
    connections["default"].close()
    usual.settings_dict["NAME"] = in_memory
    connections["default"] = usual


def migrate(*target: tuple[str, str]) -> Apps:
    """Take the database to this migration, or to the latest one; the models of then."""
    executor = MigrationExecutor(connections["default"])
    latest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "building"]
    executor.migrate(list(target) or latest)
    apps: Apps = executor.loader.project_state(list(target) or latest).apps
    return apps


def furnish(old: Apps) -> None:
    """All that a building of the first release could have."""

    def made(model: str, **fields: Any) -> Any:
        return old.get_model("building", model).objects.create(**fields)

    doors: dict[str, Any] = {}
    for name, intervals in INTERVALS.items():
        building = made("Building", name={"en": name})
        for number, interval in enumerate(intervals):
            fields = {"driver": "simulated", "driver_settings": WIRING} if number else {"driver": ""}
            door = made("Door", building=building, name={"en": name}, min_interval_ms=interval, **fields)
            doors.setdefault(name, door)
    door, gate = doors["Harbour House"], doors["Elsewhere"]
    alice = made("Resident", building=door.building, name="Alice", key_hash="0" * 64)
    portal = made("Portal", door=door, name={"en": "Lobby"}, public_id="lobby")
    entry = made("Entry", building=door.building, name={"en": "Home"}, floor="1")
    session = made("Session", portal=portal, entry=entry, mode="video", created_at=NOON, expires_at=NOON)
    access = made("Access", building=door.building, name="Home")
    for way in (door, gate):
        made("AccessDoor", access=access, door=way, in_auth_types=["REMOTE"])
    whose = {"resident": alice, "portal": portal, "session": session, "direction": "in", "auth_type": "REMOTE"}
    ends: list[dict[str, Any]] = [
        {"state": "confirmed", "seen_open": True, "milliseconds": 12, "key_hash": "a" * 64},
        {"state": "refused", "reason": "wrong_role"},
        {"state": "sent"},
    ]
    for minute, end in enumerate(ends):
        at = NOON + minute * MINUTE
        closed = None if end["state"] == "sent" else at + timedelta(seconds=2)
        made("AccessLog", door=door, at=at, closed_at=closed, **whose, **end)
    made("AccessLog", door=gate, at=NOON, closed_at=NOON, state="unknown", direction="in", auth_type="REMOTE")


@pytest.fixture(scope="module")
def moved(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Path:
    """Such a building in a file, after all migrations."""
    path: Path = tmp_path_factory.mktemp("moved") / "portal.sqlite3"
    with django_db_blocker.unblock():
        if connections["default"].vendor != "sqlite":
            pytest.skip("on SQLite, where a database is made in no time")
        sqlite3.connect(path).close()
        with database_in(path):
            furnish(migrate(FIRST))
            migrate()
    return path


@pytest.fixture(autouse=True)
def copy(transactional_db: None, moved: Path, tmp_path: Path) -> Iterator[None]:
    with database_in(Path(shutil.copy(moved, tmp_path))):
        yield


def named(name: str) -> Building:
    return Building.objects.get(name__en=name)


def test_a_doors_driver_becomes_its_opener():
    openers = Opener.objects.all()
    assert {opener.door.building.name["en"] for opener in openers} == {"Harbour House", "Tower"}
    assert all((opener.driver, opener.wiring(), opener.position) == ("simulated", WIRING, 0) for opener in openers)
    assert Door.objects.filter(openers=None).count() == 3  # which had none


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Harbour House", 5000),
        ("Elsewhere", 3000),
        ("Empty House", 3000),
        ("Tower", 9000),
    ],
)
def test_a_building_keeps_the_longest_interval_of_its_doors(name, kept):
    assert named(name).min_interval_ms == kept


def test_people_rights_signs_and_visits_stay():
    assert [resident.name for resident in Resident.objects.all()] == ["Alice"]
    assert [portal.public_id for portal in Portal.objects.all()] == ["lobby"]
    assert [(session.mode, session.guest) for session in Session.objects.all()] == [("video", "")]
    assert [row.in_auth_types for row in AccessDoor.objects.all()] == [["REMOTE"], ["REMOTE"]]


def test_each_grant_has_a_name_of_its_own():
    names = set(AccessDoor.objects.values_list("grant_id", flat=True))
    assert sorted(map(len, names)) == [26, 26]


def test_each_attempt_of_the_log_becomes_its_steps():
    rows = list(AccessLog.objects.filter(building=named("Harbour House").id).order_by("sequence"))
    assert [(row.state, row.step, row.reason, (row.at - NOON).total_seconds()) for row in rows] == [
        ("requested", 1, "", 0),
        ("confirmed", 3, "", 2),
        ("requested", 1, "", 60),
        ("refused", 3, "wrong_role", 62),
        ("requested", 1, "", 120),
        ("sent", 2, "", 120),
    ]
    assert [row.attempt for row in rows[::2]] == [row.attempt for row in rows[1::2]]
    assert (rows[1].seen_open, rows[1].milliseconds, rows[1].key_hash) == (True, 12, "a" * 64)


def test_the_log_says_whose_each_step_was():
    resident, session = Resident.objects.get(), Session.objects.get()
    for row in AccessLog.objects.filter(building=named("Harbour House").id):
        assert (row.resident, row.session, row.portal) == (resident.id, session.id, "lobby")
        assert Door.objects.get(id=row.door).building_id == row.building
        assert (row.direction, row.auth_type) == ("in", "REMOTE")


def test_the_mark_of_an_earlier_purge_is_sealed():
    """Once: what is put there later is found."""
    house = named("Harbour House").id
    head = migrate(("building", "0004_drop_what_moved")).get_model("building", "LogHead").objects.get(building=house)
    last = AccessLog.objects.get(building=house, sequence=2)
    head.purged_sequence, head.purged_hash = 2, last.hash
    head.save()
    AccessLog.objects.filter(building=house, sequence__lte=2).delete()
    migrate()
    found = chain.verify(house)
    assert (found.rows, found.fault) == (4, "")
    assert chain.verify(named("Elsewhere").id).fault == ""  # never purged, never sealed
    last = AccessLog.objects.get(building=house, sequence=4)
    AccessLog.objects.filter(building=house, sequence__lte=4).delete()
    LogHead.objects.filter(building=house).update(purged_sequence=4, purged_hash=last.hash)
    assert chain.verify(house).fault


def test_the_log_is_a_chain_that_goes_on():
    sequences = {head.building: head.sequence for head in LogHead.objects.all()}
    assert sequences == {named("Harbour House").id: 6, named("Elsewhere").id: 2}
    for building, rows in sequences.items():
        found = chain.verify(building)
        assert (found.rows, found.fault) == (rows, "")
        taken(Door.objects.filter(building=building)[0], "sent", "confirmed")
        found = chain.verify(building)
        assert (found.rows, found.fault) == (rows + 3, "")
        AccessLog.objects.filter(building=building, sequence=2).update(auth_type="SCAN")
        assert chain.verify(building).fault.startswith("row 2 ")


def test_each_building_is_an_organisation_of_the_api():
    assert {house.organization.slug for house in Building.objects.all()} == {
        "harbour-house",
        "elsewhere",
        "empty-house",
        "tower",
    }
