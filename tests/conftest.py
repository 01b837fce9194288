"""Places and people: a building, its doors and signs, and who may what."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.db.models.signals import post_migrate
from django.test import Client

from visitor_portal import upstream
from visitor_portal.building.models import (
    Access,
    AccessDoor,
    AccessUser,
    Building,
    Door,
    Entry,
    Light,
    Membership,
    Opener,
    Portal,
    Resident,
)
from visitor_portal.building.models.ids import hashed, new_secret


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Emptying the database after a test need not fill in permissions again: that costs more than most tests."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What one test was told is not told to the next."""
    cache.clear()
    upstream._shared.clear()
    yield


@dataclass(frozen=True)
class Person:
    resident: Resident
    key: str


@pytest.fixture
def building(transactional_db: None) -> Building:
    """Rows are committed, as in life: the in-process upstream works on a database connection of its own."""
    return Building.objects.create(name={"en": "Harbour House"}, address={"en": "12 Quay Street"})


@pytest.fixture
def door(building: Building) -> Door:
    door = Door.objects.create(building=building, name={"en": "Lobby"})
    Opener.objects.create(door=door)
    Light.objects.create(door=door, label={"en": "Lobby lights"}, auto_off_seconds=90)
    return door


@pytest.fixture
def portal(door: Door) -> Portal:
    return Portal.objects.create(door=door, name={"en": "Lobby"})


@pytest.fixture
def entry(building: Building) -> Entry:
    return Entry.objects.create(
        building=building, name={"en": "Okafor & Lindqvist"}, floor="1", floor_number=1, unit="12", unit_number=12
    )


def person(building: Building, name: str, *, at: Entry | None = None, doors: tuple[Door, ...] = ()) -> Person:
    """A resident, at home in this entry, with a standing right to these doors."""
    key = new_secret("resident")
    resident = Resident.objects.create(building=building, name=name, key_hash=hashed(key))
    if at:
        Membership.objects.create(entry=at, resident=resident)
    access = Access.objects.create(building=building, name=name)
    AccessUser.objects.create(access=access, resident=resident)
    for door in doors:
        AccessDoor.objects.create(access=access, door=door, in_auth_types=["REMOTE"], out_auth_types=["REMOTE"])
    return Person(resident, key)


@pytest.fixture
def alice(building: Building, entry: Entry, door: Door) -> Person:
    """A resident of the entry."""
    return person(building, "Alice", at=entry, doors=(door,))


@pytest.fixture
def bob(building: Building, entry: Entry, door: Door) -> Person:
    """Her flatmate."""
    return person(building, "Bob", at=entry, doors=(door,))


@pytest.fixture
def mallory(building: Building) -> Person:
    """A resident of nowhere here, with no right to any door."""
    return person(building, "Mallory")


@pytest.fixture
def visitor() -> Client:
    """A phone at the door."""
    return Client()
