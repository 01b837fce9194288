"""Accesses over gRPC where PostgreSQL keeps them: written, opened by, and refused where they can't be kept."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from django.contrib.auth.models import User
from django.db import connections
from grpc import StatusCode

from tests.building.accesses.doors import open_as_user, remote_open
from tests.building.accesses.line import PASSWORD, Line, body, refused, users
from visitor_portal.building import chain
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.server import Address, Beside
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import AccessLog, Building, Door, LoginTry, Opener

from .racing import postgres as postgres

pytestmark = pytest.mark.usefixtures("postgres")
READY = pb.Access.STATUS_READY


@pytest.fixture
def door() -> Iterator[Door]:
    building = Building.objects.create(name={"en": "Harbour"}, min_interval_ms=1)
    door = Door.objects.create(building=building, name={"en": "Lobby"})
    Opener.objects.create(door=door, settings={"contact": "none"})
    yield door
    building.delete()
    connections["default"].close()


@pytest.fixture
def line(door: Door, settings: Any) -> Iterator[Line]:
    """A manager of this building."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = User.objects.create_user("manager", "manager@example.com", PASSWORD, is_staff=True)
    door.building.organization.operators.add(user)
    beside = Beside(Address("127.0.0.1", 0))
    beside.start()
    with grpc.insecure_channel(f"127.0.0.1:{beside.port}") as channel:
        line = Line(channel, door.building.organization.slug)
        line.login("manager", device="desk")
        yield line
    beside.stop()
    beside._thread.join(10)
    user.delete()


def resident(line: Line) -> str:
    """Somebody with a password, and a PIN; their UUID."""
    given = {"email": "eve@example.com", "enabled": True, "password": PASSWORD, "pincode": {"value": "2468"}}
    line.say(line.users.CreateUsers, pb.CreateUsersRequest(organization_slug=line.slug, users=[given]))
    [found] = line.say(line.users.GetUsers, pb.GetUsersRequest(organization_slug=line.slug)).users
    return str(found.uuid)


def test_an_access_opens_its_door_for_its_user_and_the_log_holds(line: Line, door: Door) -> None:
    given = body(uuid_of(door.id), users=users(resident(line)))
    line.done(line.create(given))
    assert [found.status for found in line.get(given.uuid)] == [READY]
    remote_open(line, uuid_of(door.id))
    line.login("eve@example.com", device="phone")
    open_as_user(line, uuid_of(door.id), pin="2468")
    ends = AccessLog.objects.filter(building=door.building_id, step=3).order_by("sequence")
    assert [(row.state, row.auth_type) for row in ends] == [("confirmed", "DESK"), ("confirmed", "REMOTE")]
    assert not chain.verify(door.building_id).fault and not LoginTry.objects.exists()


def test_what_cannot_be_kept_is_the_clients_mistake_and_nothing_of_it_is(line: Line, door: Door) -> None:
    for bad in (body(uuid_of(door.id), name="a\0b"), body(uuid_of(door.id), preferences={"a": "\0"})):
        with refused(StatusCode.INVALID_ARGUMENT):
            line.create(body(uuid_of(door.id)), bad)
    with refused(StatusCode.INVALID_ARGUMENT):
        line.login("mana\0ger")
    assert line.get() == []
