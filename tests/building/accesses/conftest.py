"""The server on a real socket, over the database that the test looks into."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from tests.building.accesses.line import PASSWORD, Line
from tests.conftest import Person
from visitor_portal.building.accesses.server import Address, Beside
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import Account, Building, Door


@pytest.fixture
def server(file_database: None, settings: Any) -> Iterator[str]:
    """Its address. Hashes of passwords take no time here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    beside = Beside(Address("127.0.0.1", 0))
    beside.start()
    yield f"127.0.0.1:{beside.port}"
    beside.stop()
    beside._thread.join(10)


@pytest.fixture
def manager(server: str) -> User:
    """Staff who operates whichever organisation names them."""
    return User.objects.create_user("manager", "manager@example.com", PASSWORD, is_staff=True)


@pytest.fixture
def stranger(server: str, building: Building) -> Iterator[Line]:
    """Somebody without a session."""
    with grpc.insecure_channel(server) as channel:
        yield Line(channel, building.organization.slug)


@pytest.fixture
def line(stranger: Line, manager: User, building: Building) -> Line:
    """The manager of this building."""
    building.organization.operators.add(manager)
    stranger.login("manager@example.com", device="desk")
    return stranger


@pytest.fixture
def lobby(server: str, door: Door) -> str:
    """The door's UUID."""
    return uuid_of(door.id)


@pytest.fixture
def resident(line: Line, alice: Person) -> Line:
    """Alice, logged in with the password that she was given."""
    alice.resident.email = "alice@example.com"
    alice.resident.save()
    Account.objects.create(resident=alice.resident, password=make_password(PASSWORD), pin_hash=make_password("2468"))
    line.login("alice@example.com", device="phone")
    return line
