"""SessionsService: two weeks for a name and a password, no longer than the account holds, and not for guessing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.line import PASSWORD, Line, refused
from tests.conftest import Person
from visitor_portal.building.accesses import sessions
from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as org_pb
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import Account, AccountSession, Building, LoginTry, Resident

NO = StatusCode.UNAUTHENTICATED
WEEKS = timedelta(weeks=2)


@pytest.fixture
def other(server: str, line: Line) -> Iterator[Line]:
    """A second client of the same manager's, without a session yet."""
    with grpc.insecure_channel(server) as channel:
        yield Line(channel, line.slug)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=True) as clock:
        yield clock


def settings_of(line: Line) -> Any:
    """Any call that needs a session."""
    return line.say(line.organizations.GetSettings, org_pb.GetSettingsRequest(organization_slug=line.slug))


def reissue(line: Line, token: str) -> Any:
    return line.sessions.ReissueSession(pb.ReissueSessionRequest(reissue_token=token), timeout=10)


def resident_account(person: Person, **fields: Any) -> Account:
    person.resident.email = "alice@example.com"
    person.resident.save()
    return Account.objects.create(resident=person.resident, password=make_password(PASSWORD), **fields)


@pytest.mark.parametrize("name", ["manager", "manager@example.com", " MANAGER@Example.com "])
def test_staff_log_in_by_name_or_address(stranger, manager, name):
    answer = stranger.login(name)
    assert (answer.username, answer.user_id) == ("manager", manager.pk)
    assert abs(answer.exp - (timezone.now() + WEEKS).timestamp()) < 5
    assert answer.auth_token != answer.reissue_token


def test_neither_token_is_kept(line):
    answer = line.login("manager")
    kept = str(list(AccountSession.objects.values()))
    assert answer.auth_token not in kept and answer.reissue_token not in kept


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_active": False}])
def test_whoever_may_not_operate_the_desk_gets_no_session_and_loses_the_one_they_had(line, manager, fields):
    User.objects.filter(id=manager.pk).update(**fields)
    with refused(NO):
        settings_of(line)
    with refused(NO):
        line.login("manager")


def test_another_password_ends_the_session(line, manager):
    settings_of(line)
    manager.set_password("another password")
    manager.save()
    with refused(NO):
        settings_of(line)


def test_a_session_ends_after_two_weeks(line, clock):
    clock.shift(WEEKS - timedelta(minutes=1))
    settings_of(line)
    clock.shift(timedelta(minutes=2))
    with refused(NO):
        settings_of(line)


def test_reissued_it_holds_for_two_weeks_more_and_the_tokens_before_are_void(line, clock):
    first = line.login("manager")
    clock.shift(WEEKS - timedelta(days=1))
    second = reissue(line, first.reissue_token)
    assert {first.auth_token, first.reissue_token}.isdisjoint({second.auth_token, second.reissue_token})
    with refused(NO):
        settings_of(line)
    with refused(NO):
        reissue(line, first.reissue_token)
    line.take(second.auth_token)
    clock.shift(WEEKS - timedelta(days=1))
    settings_of(line)
    assert reissue(line, second.reissue_token).username == "manager"


def test_an_ended_session_is_not_reissued(line, clock):
    answer = line.login("manager")
    clock.shift(WEEKS + timedelta(minutes=1))
    with refused(NO):
        reissue(line, answer.reissue_token)


def test_the_same_device_again_ends_the_session_it_had(line, other):
    line.login("manager", device="12345678901234")
    other.login("manager", device="12345678901234")
    settings_of(other)
    with refused(NO):
        settings_of(line)


def test_other_devices_and_clients_without_one_keep_theirs(line, other):
    line.login("manager", device="one")
    for device in ("two", "", ""):
        other.login("manager", device=device)
    settings_of(line)
    settings_of(other)


def test_a_destroyed_session_is_over(line):
    line.say(line.sessions.DestroySession, pb.DestroySessionRequest())
    with refused(NO):
        settings_of(line)
    with refused(NO):
        line.say(line.sessions.DestroySession, pb.DestroySessionRequest())


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer x", "Basic eA==", "bearer"])
def test_no_token_or_a_wrong_one_is_unauthenticated(stranger, header):
    stranger.metadata = [("authorization", header)]
    with refused(NO, "Log in"):
        settings_of(stranger)


# -- residents


def test_a_resident_with_a_password_logs_in_and_operates_nothing(stranger, alice):
    resident_account(alice)
    answer = stranger.login("Alice@example.com")
    assert answer.user_uuid == uuid_of(alice.resident.id)
    with refused(StatusCode.PERMISSION_DENIED):
        settings_of(stranger)


@pytest.mark.parametrize(
    "fields",
    [
        {"enabled": False},
        {"valid_to": timezone.now()},
        {"valid_from": timezone.now() + timedelta(days=1)},
        {"password": ""},
    ],
)
def test_a_resident_who_may_not_come_in_gets_no_session_and_loses_the_one_they_had(stranger, alice, fields):
    resident_account(alice)
    stranger.login("alice@example.com")
    Account.objects.update(**fields)
    with refused(NO):
        settings_of(stranger)
    with refused(NO):
        stranger.login("alice@example.com")


def test_where_one_address_lives_in_two_buildings_the_password_tells_which(stranger, alice):
    resident_account(alice)
    tower = Building.objects.create(name={"en": "Tower"})
    fields = {"building": tower, "name": "Alice", "email": "alice@example.com", "key_hash": "0" * 64}
    theirs = Account.objects.create(resident=Resident.objects.create(**fields), password=make_password("tower pass"))
    assert stranger.login("alice@example.com", "tower pass").user_uuid == uuid_of(theirs.resident.id)
    assert stranger.login("alice@example.com").user_uuid == uuid_of(alice.resident.id)


# -- guessing


def guess(line: Line, times: int, **fields: Any) -> None:
    for _ in range(times):
        with refused(NO):
            line.login("manager", "wrong", **fields)


def test_after_five_wrong_tries_even_the_right_password_waits(line, clock):
    guess(line, sessions.MOST)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "Wait 15 minutes"):
        line.login("manager")
    clock.shift(sessions.SPAN + timedelta(seconds=1))
    line.login("manager")


def test_a_stranger_does_not_keep_a_known_device_out(line):
    guess(line, sessions.MOST, device="a stranger's")
    line.login("manager@example.com", device="desk")


def test_a_right_password_forgets_the_wrong_ones(line):
    guess(line, sessions.MOST - 1)
    line.login("manager")
    assert not LoginTry.objects.exists()
    guess(line, sessions.MOST)


def test_one_address_does_not_try_many_names(line):
    for number in range(sessions.MOST_OF_A_PEER):
        with refused(NO):
            line.login(f"name {number}")
    with refused(StatusCode.RESOURCE_EXHAUSTED):
        line.login("manager")
    line.login("manager@example.com", device="desk")  # behind one proxy all have one address


def test_guesses_side_by_side_are_all_counted(line):
    request = pb.CreateSessionRequest(username="manager", password="wrong")
    futures = [line.sessions.CreateSession.future(request, timeout=20) for _ in range(20)]
    codes = [future.code() for future in futures]
    assert set(codes) <= {NO, StatusCode.RESOURCE_EXHAUSTED}
    assert codes.count(NO) <= sessions.MOST
    assert LoginTry.objects.count() <= sessions.MOST


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("manager", "")])
def test_a_login_without_a_name_or_a_password_is_no_try(line, name, password):
    with refused(StatusCode.INVALID_ARGUMENT):
        line.login(name, password)
    assert not LoginTry.objects.exists()
