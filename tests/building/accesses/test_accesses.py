"""AccessesService: what is written there opens doors, and what is refused says which field broke which rule."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.line import NOON, at, body, refused, row, users
from tests.conftest import person
from visitor_portal.building import doors, rights
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.doors import Terms
from visitor_portal.building.models import Access, AccessDoor, Building, Door, Resident
from visitor_portal.building.models.ids import new_secret
from visitor_portal.building.refusals import Refusal

BAD = StatusCode.INVALID_ARGUMENT
WORKDAYS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:19700105T080000
DTEND:19700105T170000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def carol(server: str, building: Building) -> Resident:
    """A resident without any right yet."""
    return Resident.objects.create(building=building, name="Carol", key_hash=new_secret("resident"))


def open_for(resident: Resident, door: Door) -> str:
    """Empty when the door opened, else why not."""
    try:
        doors.open_door(door, Terms(portal=None, resident=resident), now=timezone.now())
    except Refusal as refusal:
        return refusal.code
    return ""


def test_what_is_created_opens_the_door_once_it_is_finished(line, lobby, door, carol):
    given = body(lobby, users=users(uuid_of(carol.id)))
    accepted = line.create(given)
    assert [operation.status for operation in accepted] == [pb.BizOperation.STATUS_ACCEPTED]
    assert [operation.status for operation in line.done(accepted)] == [pb.BizOperation.STATUS_FINISHED]
    assert [found.status for found in line.get(given.uuid)] == [pb.Access.STATUS_READY]
    assert open_for(carol, door) == ""


def test_an_access_opens_nothing_before_it_is_ready(line, lobby, door, carol):
    given = body(lobby, users=users(uuid_of(carol.id)))
    line.done(line.create(given))
    for status in (Access.Status.INITIAL, Access.Status.CREATING):
        Access.objects.update(status=status)
        assert open_for(carol, door) == "wrong_role"


def test_what_is_deleted_opens_nothing_from_then_on(line, lobby, door, carol):
    given = body(lobby, users=users(uuid_of(carol.id)))
    line.done(line.create(given))
    accepted = line.delete(given.uuid)
    assert open_for(carol, door) == "wrong_role"
    assert [operation.status for operation in line.done(accepted)] == [pb.BizOperation.STATUS_FINISHED]
    assert line.get() == []
    assert [found.status for found in line.get(given.uuid)] == [pb.Access.STATUS_DELETED]


def test_the_desk_shows_what_there_is(line, lobby, admin_client):
    given = body(lobby, name="Window cleaners")
    line.done(line.create(given))
    assert "Window cleaners" in admin_client.get("/admin/building/access/").content.decode()
    line.delete(given.uuid)
    assert "Window cleaners" not in admin_client.get("/admin/building/access/").content.decode()


def test_what_the_desk_deletes_is_gone_for_the_client_too(line, lobby):
    given = body(lobby)
    line.done(line.create(given))
    row(given.uuid).delete()
    assert line.get(given.uuid) == []


def test_a_body_replaces_the_whole_access(line, lobby, carol):
    given = body(lobby, users=users(uuid_of(carol.id)), preferences={"colour": "blue"}, description="At night")
    line.done(line.create(given))
    grant = AccessDoor.objects.get().grant_id
    line.done(
        line.update(body(lobby, uuid=given.uuid, name="Painters", kind=pb.Access.KIND_TEMPORARY, valid_to=at(NOON)))
    )
    (found,) = line.get(given.uuid)
    assert (found.name, found.kind, found.valid_to.ToDatetime()) == ("Painters", 2, NOON.replace(tzinfo=None))
    assert (list(found.users), dict(found.preferences), found.description) == ([], {}, "")
    assert [door.uuid for door in found.doors] == [uuid_of(grant)]  # open pages name it


def test_lobby_hours_hold_the_door(line, lobby, door):
    container = pb.AccessDoorContainer(door_uuid=lobby, lock_unlock_enabled=True)
    given = body(name="Lobby hours", schedule_definition=WORKDAYS)
    given.doors.append(container)
    line.done(line.create(given))
    monday = NOON  # the first of March 2027
    assert rights.holding_open([door], monday) == {door.id}
    assert rights.holding_open([door], monday - timedelta(days=1)) == set()


@pytest.mark.parametrize("spelling", ["REMOTE", "remote", "AUTH_TYPE_REMOTE", "auth_type_remote"])
def test_auth_types_are_answered_as_they_were_given(line, lobby, spelling):
    given = body(lobby)
    del given.doors[0].in_auth_types[:]
    given.doors[0].in_auth_types.append(spelling)
    line.done(line.create(given))
    assert list(line.get(given.uuid)[0].doors[0].in_auth_types) == [spelling]
    assert AccessDoor.objects.get().in_auth_types == ["REMOTE"]


def test_what_the_desk_adds_is_spelt_as_the_settings_say(line, lobby):
    given = body(lobby)
    line.done(line.create(given))
    AccessDoor.objects.update(in_auth_types=["REMOTE", "SCAN"])
    assert list(line.get(given.uuid)[0].doors[0].in_auth_types) == ["REMOTE", "AUTH_TYPE_SCAN"]


def test_an_access_of_the_desk_is_told_too(line, door):
    access = Access.objects.create(building=door.building, name="By hand")
    AccessDoor.objects.create(access=access, door=door, in_auth_types=["SCAN_PLUS_PHONE"])
    (found,) = line.get()
    assert (found.uuid, found.name) == (uuid_of(access.id), "By hand")
    assert list(found.doors[0].in_auth_types) == ["AUTH_TYPE_SCAN_PLUS_PHONE"]


# -- again


def test_the_same_again_answers_the_same_operation(line, lobby):
    given = body(lobby)
    first = line.create(given)
    assert [operation.uuid for operation in line.create(given)] == [operation.uuid for operation in first]
    assert Access.objects.count() == 1


def test_another_content_under_the_same_uuid_is_refused(line, lobby):
    given = body(lobby)
    line.done(line.create(given))
    given.name = "Somebody else"
    with refused(StatusCode.ALREADY_EXISTS, "access_bodies[0].uuid"):
        line.create(given)


def test_a_deleted_access_is_not_brought_back_by_its_creation(line, lobby):
    given = body(lobby)
    line.done(line.create(given))
    line.delete(given.uuid)
    with refused(StatusCode.ALREADY_EXISTS, "access_bodies[0].uuid"):
        line.create(given)


def test_an_access_without_a_uuid_gets_one(line, lobby):
    operations = line.create(body(lobby, uuid=""), body(lobby, uuid=""))
    line.done(operations)
    assert len({found.uuid for found in line.get()}) == 2


# -- rules


def elsewhere(name: str = "Elsewhere") -> Door:
    return Door.objects.create(building=Building.objects.create(name={"en": name}), name={"en": "Gate"})


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": " "}, "access_bodies[1].name"),
    "a name too long": ({"name": "n" * 121}, "access_bodies[1].name"),
    "no kind": ({"kind": 0}, "access_bodies[1].kind"),
    "another kind": ({"kind": 7}, "access_bodies[1].kind"),
    "temporary without an end": ({"kind": pb.Access.KIND_TEMPORARY}, "access_bodies[1].valid_to"),
    "an end before its begin": ({"valid_from": at(NOON), "valid_to": at(NOON)}, "access_bodies[1].valid_to"),
    "no uuid": ({"uuid": "one"}, "access_bodies[1].uuid"),
    "no calendar": ({"schedule_definition": "on Mondays"}, "access_bodies[1].schedule_definition"),
    "no exception": (
        {"schedule_exception_definition": "BEGIN:VCALENDAR"},
        "access_bodies[1].schedule_exception_definition",
    ),
    "a user's uuid that is none": ({"users": users("x")}, "access_bodies[1].users[0].user_uuid"),
    "a guest without an address": ({"guests": [pb.Guest(first_name="Ann")]}, "access_bodies[1].guests[0].email"),
    "a guest twice": (
        {"guests": [pb.Guest(email="a@example.com"), pb.Guest(email="A@example.com")]},
        "access_bodies[1].guests[1].email",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_rule_names_its_field_and_nothing_is_written(line, lobby, name):
    fields, said = FAULTS[name]
    with refused(BAD, said):
        line.create(body(lobby), body(lobby, **fields))
    assert not Access.objects.exists()


def test_an_unknown_auth_type_names_its_field(line, lobby):
    given = body(lobby)
    given.doors[0].out_auth_types.append("TELEPATHY")
    with refused(BAD, "access_bodies[0].doors[0].out_auth_types[1]", "TELEPATHY"):
        line.create(given)


def test_an_unknown_door_or_user_is_not_found(line, lobby):
    for given, field in (
        (body(str(uuid4())), "access_bodies[0].doors[0].door_uuid"),
        (body(lobby, users=users(str(uuid4()))), "access_bodies[0].users[0].user_uuid"),
    ):
        with refused(StatusCode.NOT_FOUND, field):
            line.create(given)


def test_doors_are_of_one_site(line, lobby, manager):
    other = elsewhere()
    with refused(StatusCode.NOT_FOUND, "access_bodies[0].doors[1].door_uuid"):
        line.create(body(lobby, uuid_of(other.id)))  # of which this operator knows nothing
    other.building.organization.operators.add(manager)
    with refused(BAD, "access_bodies[0].doors[1].door_uuid", "one site"):
        line.create(body(lobby, uuid_of(other.id)))


def test_a_door_a_user_or_a_uuid_named_twice_is_refused(line, lobby, carol):
    one = uuid_of(carol.id)
    with refused(BAD, "doors[1]"):
        line.create(body(lobby, lobby))
    with refused(BAD, "users[1]"):
        line.create(body(lobby, users=users(one, one)))
    given = body(lobby)
    with refused(BAD, "access_bodies[1].uuid"):
        line.create(given, given)


def test_at_most_a_thousand_bodies(line, lobby):
    with refused(BAD, "access_bodies", "1000"):
        line.create(*[body(uuid="", name="n") for _ in range(1001)])


# -- whose


def test_another_organisation_is_denied(line, lobby, door):
    elsewhere("Tower")
    for slug in ("tower", "nowhere", ""):
        request = pb.GetAccessesRequest(organization_slug=slug)
        with refused(StatusCode.PERMISSION_DENIED):
            line.say(line.accesses.GetAccesses, request)
        with refused(StatusCode.PERMISSION_DENIED):
            line.create(body(lobby), slug=slug or "tower")


def test_an_access_of_another_building_is_nobodys(line, lobby):
    other = Access.objects.create(building=elsewhere().building, name="Theirs")
    assert line.get(uuid_of(other.id)) == []
    for write in (lambda: line.delete(uuid_of(other.id)), lambda: line.update(body(lobby, uuid=uuid_of(other.id)))):
        with refused(StatusCode.NOT_FOUND):
            write()
    with refused(StatusCode.ALREADY_EXISTS):
        line.create(body(lobby, uuid=uuid_of(other.id)))


def test_a_resident_may_not_write(line, lobby, building):
    with refused(StatusCode.UNAUTHENTICATED):
        line.metadata = []
        line.create(body(lobby))
    assert person(building, "Dora").resident.accesses.count() == 1
    assert Access.objects.count() == 1


def test_bytes_that_are_no_message_are_an_invalid_argument(line):
    for path in ("AccessesService/CreateAccesses", "AccessesService/GetAccesses", "UsersService/CreateUsers"):
        call = line.channel.unary_unary(f"/entryfy.org.api.v1.{path}")
        with refused(BAD):
            call(b"\x0a\xff\xff", metadata=line.metadata, timeout=5)
