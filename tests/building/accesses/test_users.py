"""UsersService: residents who are made, changed and taken away over gRPC are the building's own."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.line import NOON, PASSWORD, Line, at, body, refused
from visitor_portal.building import doors, residents, rights
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.wire import id_of, uuid_of
from visitor_portal.building.doors import Terms
from visitor_portal.building.models import Account, Building, Door, Resident
from visitor_portal.building.models.ids import new_secret
from visitor_portal.building.refusals import Refusal

BAD = StatusCode.INVALID_ARGUMENT
FINISHED = pb.BizOperation.STATUS_FINISHED


def user(**fields: Any) -> Any:
    given = {"uuid": str(uuid4()), "email": "eve@example.com", "first_name": "Eve", "enabled": True} | fields
    return pb.CreateUsersRequest.CreateUser(**given)


def create(line: Line, *given: Any, **fields: Any) -> list[Any]:
    request = pb.CreateUsersRequest(organization_slug=line.slug, users=given, **fields)
    return line.done(line.say(line.users.CreateUsers, request).biz_operations)


def update(line: Line, **fields: Any) -> list[Any]:
    request = pb.UpdateUsersRequest(organization_slug=line.slug, users=[fields])
    return line.done(line.say(line.users.UpdateUsers, request).biz_operations)


def delete(line: Line, *uuids: str) -> list[Any]:
    request = pb.DeleteUsersRequest(organization_slug=line.slug, uuids=uuids)
    return line.done(line.say(line.users.DeleteUsers, request).biz_operations)


def get(line: Line, *uuids: str, **fields: Any) -> list[Any]:
    request = pb.GetUsersRequest(organization_slug=line.slug, uuids=uuids, **fields)
    return list(line.say(line.users.GetUsers, request).users)


def named(uuid: str) -> Resident:
    return Resident.objects.get(id=id_of(uuid))


def open_for(uuid: str, door: Door) -> str:
    """Empty when the door opened, else why not."""
    try:
        doors.open_door(door, Terms(portal=None, resident=named(uuid)), now=timezone.now())
    except Refusal as refusal:
        return refusal.code
    return ""


def test_a_new_user_opens_by_the_accesses_they_join_and_logs_in(line, lobby, door):
    access = body(lobby)
    line.done(line.create(access))
    eve = user(initial_access_uuids=[access.uuid], password=PASSWORD)
    assert [operation.status for operation in create(line, eve)] == [FINISHED]
    assert open_for(eve.uuid, door) == ""
    assert [found.user_uuid for found in line.get(access.uuid)[0].users] == [eve.uuid]
    assert line.login("eve@example.com").user_uuid == eve.uuid


def test_a_user_who_joins_a_guests_access_opens_and_the_guest_keeps_the_link(line, lobby, door):
    access = body(lobby, guests=[pb.Guest(email="ann@example.com")])
    line.done(line.create(access))
    eve = user(initial_access_uuids=[access.uuid])
    create(line, eve)
    assert open_for(eve.uuid, door) == ""


def test_what_was_given_is_told_but_for_the_secrets(line):
    window = {"valid_from": at(NOON), "valid_to": at(NOON + timedelta(days=1))}
    eve = user(
        last_name="Stone",
        preferences={"floor": "2"},
        roles=["guest"],
        password=PASSWORD,
        pincode={"value": "4930", "label": "Own"},
        **window,
    )
    create(line, eve)
    (found,) = get(line)
    for name in ("uuid", "email", "first_name", "last_name", "roles", "enabled", "valid_from", "valid_to"):
        assert getattr(found, name) == getattr(eve, name)
    assert (dict(found.preferences), found.status) == ({"floor": "2"}, pb.User.STATUS_READY)
    assert [(pin.label, pin.value) for pin in found.pincodes] == [("Own", "")]
    assert not get(line, skip_credentials=True)[0].pincodes
    kept = str(list(Account.objects.values()))
    assert PASSWORD not in kept and "4930" not in kept


def test_a_resident_of_the_desk_is_a_user(line, alice):
    (found,) = get(line)
    assert (found.uuid, found.first_name, found.enabled) == (uuid_of(alice.resident.id), "Alice", True)
    assert list(found.roles) == ["normal"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"enabled": False}, "wrong_role"),
        ({"valid_from": at(NOON + timedelta(days=900)), "enabled": True}, "not_yet_valid"),
        ({"valid_to": at(NOON - timedelta(days=900)), "enabled": True}, "invite_expired"),
        ({"enabled": True}, ""),
    ],
)
def test_whoever_is_switched_off_or_out_of_their_window_opens_nothing(line, alice, door, fields, reason):
    uuid = uuid_of(alice.resident.id)
    update(line, uuid=uuid, email="alice@example.com", first_name="Alice", **fields)
    assert open_for(uuid, door) == reason


def test_an_update_replaces_all_but_password_pin_and_accesses(line, lobby):
    eve = user(password=PASSWORD, preferences={"floor": "2"}, last_name="Stone")
    create(line, eve)
    update(line, uuid=eve.uuid, email="new@example.com", first_name="Eva", enabled=True)
    (found,) = get(line, eve.uuid)
    assert (found.email, found.first_name, found.last_name, dict(found.preferences)) == (
        "new@example.com",
        "Eva",
        "",
        {},
    )
    assert named(eve.uuid).name == "Eva"
    line.login("new@example.com")


def test_whoever_is_deleted_is_gone_with_rights_and_sessions(line, lobby, alice, door):
    uuid = uuid_of(alice.resident.id)
    assert [operation.status for operation in delete(line, uuid)] == [FINISHED]
    assert get(line) == []
    assert not Resident.objects.exists()
    with refused(StatusCode.NOT_FOUND, "uuids[0]"):
        delete(line, uuid)


@pytest.mark.parametrize(("account", "questions"), [(None, 0), ({}, 0), ({"enabled": False}, 1)])
def test_an_account_costs_an_opening_a_question_only_where_it_says_less(alice, door, account, questions):
    if account is not None:
        Account.objects.create(resident=alice.resident, **account)
    with CaptureQueriesContext(connection) as asked:
        [right] = rights.of_resident(alice.resident, door)
    assert len(asked) == 2 + questions
    assert right.standing == ("wrong_role" if questions else "")


def test_a_welcome_letter_brings_a_link_that_works(line):
    create(line, user(), send_welcome_email=True)
    (letter,) = mail.outbox
    assert letter.to == ["eve@example.com"]
    key = next(word for word in str(letter.body).split() if "/resident/" in word).rpartition("/")[2]
    assert residents.by_key(key) == Resident.objects.get()


def test_no_letter_goes_to_whoever_is_not_to_be_welcomed(line):
    create(line, user())
    assert mail.outbox == []


def test_the_same_again_answers_the_same_operation(line):
    eve = user(password=PASSWORD)
    assert [operation.uuid for operation in create(line, eve)] == [operation.uuid for operation in create(line, eve)]
    eve.first_name = "Mallory"
    with refused(StatusCode.ALREADY_EXISTS, "users[0].uuid"):
        create(line, eve)


def test_an_address_logs_in_one_user_of_a_building(line, alice):
    Resident.objects.update(email="Alice@example.com")
    with refused(StatusCode.ALREADY_EXISTS, "users[0].email"):
        create(line, user(email="alice@example.com"))
    with refused(BAD, "users[1].email"):
        create(line, user(), user())


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no address": ({"email": ""}, "users[1].email"),
    "no uuid": ({"uuid": "x"}, "users[1].uuid"),
    "an operator": ({"roles": ["orgadmin"]}, "users[1].roles[0]"),
    "an end before its begin": ({"valid_from": at(NOON), "valid_to": at(NOON)}, "users[1].valid_to"),
    "a name too long": ({"first_name": "n" * 121}, "users[1].last_name"),
    "a weak password": ({"password": "12345678"}, "users[1].password"),
    "a pin of letters": ({"pincode": {"value": "abcd"}}, "users[1].pincode.value"),
    "a key card": ({"key_card": {"nr": "7"}}, "users[1].key_card"),
    "a group": ({"initial_group_uuids": ["x"]}, "users[1].initial_group_uuids"),
    "an access that is none": ({"initial_access_uuids": ["x"]}, "users[1].initial_access_uuids[0]"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_rule_names_its_field_and_nobody_is_made(line, name):
    fields, said = FAULTS[name]
    with refused(BAD, said):
        create(line, user(), user(**{"email": "two@example.com"} | fields))
    assert not Resident.objects.exists()


def test_an_unknown_access_or_user_is_not_found(line):
    with refused(StatusCode.NOT_FOUND, "users[0].initial_access_uuids[0]"):
        create(line, user(initial_access_uuids=[str(uuid4())]))
    with refused(StatusCode.NOT_FOUND, "users[0].uuid"):
        update(line, uuid=str(uuid4()), email="a@example.com")
    with refused(BAD, "users[0].uuid"):
        update(line, email="a@example.com")


def test_people_of_another_building_are_nobodys(line):
    tower = Building.objects.create(name={"en": "Tower"})
    theirs = Resident.objects.create(building=tower, name="Zoe", key_hash=new_secret("resident"))
    assert get(line, uuid_of(theirs.id)) == get(line) == []
    with refused(StatusCode.NOT_FOUND):
        delete(line, uuid_of(theirs.id))
    with refused(StatusCode.ALREADY_EXISTS):
        create(line, user(uuid=uuid_of(theirs.id)))


def test_passwords_come_in_small_numbers(line):
    many = [user(email=f"{n}@example.com", password=PASSWORD, uuid="") for n in range(41)]
    with refused(BAD, "40"):
        create(line, *many)
