"""What each answer of an organisation means, and that it is asked to open once at most."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2 as account_pb
from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2_grpc as account
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2_grpc as services
from visitor_portal.building.drivers.entryfy import Entryfy
from visitor_portal.building.drivers.outcome import Outcome, Wiring

from .test_http import NOW

DOOR = "6f2c4a1e-58a1-4f0e-9f5b-0c9f7a3f1d20"
Status = pb.DoorStatus
HOUR = 3600


@dataclass
class Organisation(services.DoorsServiceServicer, account.SessionsServiceServicer):  # type: ignore[misc]
    """`opens` ends a command, `says` are the statuses that follow it, `begins` those that a watch begins with."""

    opens: Callable[[Any], Any] = lambda context: pb.RemoteOpenResponse()
    says: tuple[Any, ...] = ()
    begins: tuple[Any, ...] = ()
    taken: Callable[[Any], None] = lambda context: None  # whether it lets us listen
    logins: int = 0
    commands: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.was_opened = threading.Event()

    def CreateSession(self, request: Any, context: Any) -> Any:
        self.logins += 1
        return account_pb.CreateSessionResponse(auth_token=f"token {self.logins}", exp=int(time.time()) + 10**6)

    def RemoteOpen(self, request: Any, context: Any) -> Any:
        self.commands.append(request)
        self.was_opened.set()
        return self.opens(context)

    def WatchDoorStatusChanges(self, request: Any, context: Any) -> Iterator[Any]:
        self.taken(context)
        yield pb.WatchDoorStatusChangesResponse(door_statuses=self.begins)
        while not self.was_opened.wait(0.05) and context.is_active():
            pass
        yield pb.WatchDoorStatusChangesResponse(door_statuses=self.says)
        while context.is_active():
            time.sleep(0.05)


@pytest.fixture
def organisation(tmp_path: Any, settings: Any) -> Iterator[tuple[Organisation, dict[str, Any]]]:
    settings.VAR_DIR = tmp_path
    there = Organisation()
    server = grpc.server(ThreadPoolExecutor(8))
    services.add_DoorsServiceServicer_to_server(there, server)
    account.add_SessionsServiceServicer_to_server(there, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    login = {"username": "portal@example.com", "password": "s3cret", "slug": "harbour-house", "door_uuid": DOOR}
    yield there, {"account": address, "organisation": address, "tls": False, "acts_as": "organisation", **login}
    server.stop(0.5).wait(2)


def opened(given: dict[str, Any], patience: float = 1.0, **other: Any) -> Outcome:
    return Entryfy().open(Wiring("door_1", given | other, 5), now=NOW, patience=patience)


def status(state: int, ago: float | None = 0.0) -> Any:
    """This state of the door so many seconds ago; None: it says no time."""
    at = Timestamp(seconds=int(time.time() - ago)) if ago is not None else None
    return Status(door_uuid=DOOR, status=state, created_at=at, updated_at=at)


def ending(code: grpc.StatusCode, details: str = "") -> Callable[[Any], None]:
    return lambda context: context.abort(code, details)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (Status.STATUS_ACCESSED, Outcome("confirmed")),
        (Status.STATUS_UNLOCKED, Outcome("confirmed")),
        (Status.STATUS_OPEN, Outcome("confirmed", True)),
        (Status.STATUS_LOCKED, Outcome("unknown")),
        (Status.STATUS_CLOSED, Outcome("unknown")),
        (Status.STATUS_UNSPECIFIED, Outcome("unknown")),
    ],
)
def test_a_status_after_ok_decides(organisation, state, outcome):
    there, given = organisation
    there.says = (status(state),)
    assert (opened(given), len(there.commands)) == (outcome, 1)


def test_ok_and_not_a_word_of_the_door_is_a_doubt_in_time(organisation):
    there, given = organisation
    started = time.monotonic()
    assert opened(given) == Outcome("unknown")
    assert 0.9 < time.monotonic() - started < 1.5
    assert opened(given, proof="answer") == Outcome("confirmed")
    assert len(there.commands) == 2


def test_a_door_that_was_open_before_confirms_nothing(organisation):
    there, given = organisation
    there.begins = (status(Status.STATUS_OPEN, HOUR), status(Status.STATUS_OPEN, 10))
    assert opened(given) == Outcome("unknown")


def test_an_old_word_that_comes_late_confirms_nothing(organisation):
    there, given = organisation
    there.says = (status(Status.STATUS_OPEN, HOUR),)
    assert opened(given) == Outcome("unknown")


def test_a_status_without_a_time_is_news(organisation):
    there, given = organisation
    there.says = (status(Status.STATUS_ACCESSED, None),)
    assert opened(given) == Outcome("confirmed")


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_a_code_decides_and_is_never_answered_by_a_second_command(organisation, code):
    there, given = organisation
    there.opens = ending(code, "no")
    refused = {"INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "FAILED_PRECONDITION"}
    assert opened(given) == Outcome("refused" if code.name in refused else "unknown")
    assert len(there.commands) == 1


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_a_building_like_ours_says_that_nothing_moved(organisation, code):
    there, given = organisation
    there.opens = ending(code, "door_unreachable: The door did not confirm.")
    assert opened(given) == Outcome("refused")


def test_who_may_not_listen_sends_nothing_that_could_not_be_confirmed(organisation):
    there, given = organisation
    there.taken = ending(grpc.StatusCode.PERMISSION_DENIED)
    assert opened(given) == Outcome("unreached")
    assert there.commands == []
    assert opened(given, proof="answer") == Outcome("confirmed")
    assert there.logins == 1


def test_a_token_that_is_not_taken_is_renewed_before_the_command(organisation):
    there, given = organisation
    there.says = (status(Status.STATUS_ACCESSED),)

    def old_ones_end(context: Any) -> None:
        if dict(context.invocation_metadata())["authorization"] == "Bearer token 1":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "")

    there.taken = old_ones_end
    assert opened(given) == Outcome("confirmed")
    assert (there.logins, len(there.commands)) == (2, 1)


def test_a_token_that_the_door_alone_refuses_is_another_one_next_time(organisation):
    there, given = organisation

    def old_ones_end(context: Any) -> Any:
        if dict(context.invocation_metadata())["authorization"] == "Bearer token 1":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "")
        return pb.RemoteOpenResponse()

    there.opens = old_ones_end
    assert [opened(given, proof="answer").state for _ in range(2)] == ["refused", "confirmed"]
    assert (there.logins, len(there.commands)) == (2, 2)


def test_no_token_is_ever_taken_and_nothing_is_sent(organisation):
    there, given = organisation
    there.taken = ending(grpc.StatusCode.UNAUTHENTICATED)
    assert opened(given) == Outcome("unreached")
    assert (there.logins, there.commands) == (2, [])


def test_sends_what_the_settings_say(organisation):
    there, given = organisation
    opened(given, proof="answer", pin="2468", latitude=38.7, longitude=-9.1)
    [asked] = there.commands
    assert (asked.organization_slug, asked.door_uuid, asked.pin) == ("harbour-house", DOOR, "2468")
    assert (asked.request_data.latitude, asked.request_data.longitude) == (38.7, -9.1)


def test_writes_no_secret_to_the_log(organisation, caplog):
    caplog.set_level("DEBUG")
    opened(organisation[1], pin="2468")
    assert "s3cret" not in caplog.text and "token 1" not in caplog.text and "2468" not in caplog.text
