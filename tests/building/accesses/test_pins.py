"""PINs of users: asked for where the door wants one, and not to be guessed."""

from datetime import timedelta

import time_machine
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.doors import open_as_user
from tests.building.accesses.line import Line, refused
from tests.building.conftest import attempts, pulses
from visitor_portal.building.accesses.doors import MOST, SPAN
from visitor_portal.building.accesses.generated import entryfy_org_user_v1_pb2 as user_pb
from visitor_portal.building.accesses.generated import entryfy_org_user_v1_pb2_grpc as user
from visitor_portal.building.models import AccessDoor, LoginTry


def test_a_door_may_want_the_users_pin(resident: Line, lobby: str):
    AccessDoor.objects.update(in_auth_types=["REMOTE_PLUS_PHONE"])
    with refused(StatusCode.PERMISSION_DENIED, "pin_required"):
        open_as_user(resident, lobby)
    with refused(StatusCode.PERMISSION_DENIED, "pin_wrong"):
        open_as_user(resident, lobby, pin="1357")
    open_as_user(resident, lobby, pin="2468")
    assert [attempt.reason for attempt in attempts()] == ["pin_required", "pin_wrong", ""]


def test_a_pin_is_not_guessed(resident: Line, lobby: str):
    for _ in range(5):
        with refused(StatusCode.PERMISSION_DENIED, "pin_wrong"):
            open_as_user(resident, lobby, pin="1357")
    with refused(StatusCode.RESOURCE_EXHAUSTED, "too_many_tries"):
        open_as_user(resident, lobby, pin="2468")
    assert pulses() == 0


def test_the_wait_for_the_next_pin_gets_no_longer_by_asking(resident: Line, lobby: str):
    with time_machine.travel(timezone.now(), tick=True) as clock:
        for _ in range(5):
            with refused(StatusCode.PERMISSION_DENIED, "pin_wrong"):
                open_as_user(resident, lobby, pin="1357")
        clock.shift(SPAN - timedelta(minutes=1))
        with refused(StatusCode.RESOURCE_EXHAUSTED, "too_many_tries"):
            open_as_user(resident, lobby, pin="2468")
        clock.shift(timedelta(minutes=2))
        open_as_user(resident, lobby, pin="2468")


def test_pins_side_by_side_are_all_counted(resident: Line, lobby: str):
    request = user_pb.RemoteOpenRequest(organization_slug=resident.slug, door_uuid=lobby, pin="1357")
    open_ = user.DoorsServiceStub(resident.channel).RemoteOpen
    futures = [open_.future(request, metadata=resident.metadata, timeout=20) for _ in range(20)]
    codes = [future.code() for future in futures]
    assert set(codes) <= {StatusCode.PERMISSION_DENIED, StatusCode.RESOURCE_EXHAUSTED}
    assert codes.count(StatusCode.PERMISSION_DENIED) <= MOST
    assert LoginTry.objects.count() <= MOST
