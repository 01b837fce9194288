"""The server itself: what it says of itself, whom it lets in, what it refuses to read, and how it ends."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import grpc
import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from google.protobuf.descriptor_pool import DescriptorPool
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from tests.building.accesses.doors import Stream, doors, listening, remote_open, watched
from tests.building.accesses.line import Line, body, refused
from tests.building.accesses.peer import ROOT, Peer
from tests.building.drivers.conftest import certificate  # noqa: F401 a fixture
from tests.serving import wait_for
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as v1_pb
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2_grpc as v1_services
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2_grpc as services
from visitor_portal.building.accesses.server import Address, Beside

SERVING = health_pb2.HealthCheckResponse.SERVING
SERVICES = {
    "entryfy.account.api.v1.SessionsService",
    *(
        f"entryfy.org.api.v1.{name}Service"
        for name in ("Accesses", "BizOperations", "Users", "Schedules", "Organizations", "AccessLogs", "Doors")
    ),
    "entryfy.org.api.v2.DoorsService",
    "entryfy.org.api.v2.SitesService",
    "entryfy.org.user.api.v1.DoorsService",
}


# --- what it says of itself ---


def test_reflection_names_every_service_and_its_messages(stranger: Line):
    told = ProtoReflectionDescriptorDatabase(stranger.channel)
    assert set(told.get_services()) >= SERVICES
    method = DescriptorPool(told).FindServiceByName("entryfy.org.api.v2.DoorsService").FindMethodByName("RemoteOpen")
    assert {field.name: field.number for field in method.input_type.fields} == {
        "organization_slug": 1,
        "request_data": 2,
        "door_uuid": 3,
        "pin": 4,
    }


@pytest.mark.parametrize("name", ["", *sorted(SERVICES)])
def test_each_service_is_healthy(stranger: Line, name: str):
    checks = health_pb2_grpc.HealthStub(stranger.channel)
    assert checks.Check(health_pb2.HealthCheckRequest(service=name), timeout=5).status == SERVING


# --- what it refuses to read ---


METHODS = ("v2.DoorsService/GetDoors", "v2.DoorsService/RemoteOpen", "v1.AccessLogsService/GetAccessLogs")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [b"\xff" * 40, b"\x0a\x05ab", b"\x0a\x02\xff\xfe", b"\x0b"])
def test_bytes_that_are_no_message_are_the_clients_mistake(line: Line, method: str, data: bytes):
    raw = line.channel.unary_unary(f"/entryfy.org.api.{method}")
    with refused(StatusCode.INVALID_ARGUMENT):
        raw(data, metadata=line.metadata, timeout=5)


def test_an_unreadable_stream_request_is_the_clients_mistake(line: Line):
    raw = line.channel.unary_stream("/entryfy.org.api.v2.DoorsService/WatchDoorStatusChanges")
    with refused(StatusCode.INVALID_ARGUMENT):
        next(raw(b"\xff" * 40, metadata=line.metadata, timeout=5))


@pytest.mark.parametrize(
    ("size", "code"), [(1_000_000, StatusCode.NOT_FOUND), (1_100_000, StatusCode.RESOURCE_EXHAUSTED)]
)
def test_a_message_has_at_most_one_mebibyte(line: Line, lobby: str, size: int, code: StatusCode):
    request = pb.RemoteOpenRequest(
        organization_slug=line.slug, door_uuid=line.slug and "0" * 8 + "-0000-4000-8000-" + "0" * 12
    )
    request.request_data.payload["note"] = "x" * size
    with refused(code):
        line.say(services.DoorsServiceStub(line.channel).RemoteOpen, request)


def test_a_method_that_is_not_served_is_unimplemented(line: Line):
    with refused(StatusCode.UNIMPLEMENTED):
        line.channel.unary_unary("/entryfy.org.api.v1.UsersService/AssignKeyCards")(b"", timeout=5)


# --- where it listens ---


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "door.example.com"])
def test_other_machines_are_let_in_with_tls_or_behind_a_proxy_only(host: str):
    with pytest.raises(ImproperlyConfigured, match="GRPC_CERTIFICATE"):
        Address(host, 1).credentials()
    assert Address(host, 1, behind_proxy=True).credentials() is None
    assert [Address(near, 1).credentials() for near in ("127.0.0.1", "::1", "localhost")] == [None] * 3


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ImproperlyConfigured, match=r"key\.pem"):
        Address("127.0.0.1", 0, str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")).credentials()


def test_a_port_that_is_taken_is_said(server: str):
    second = Beside(Address("127.0.0.1", int(server.rpartition(":")[2])))
    with pytest.raises(ImproperlyConfigured, match="in use"):
        second.start()


# --- a process of its own ---


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[Peer]:  # noqa: F811
    with Peer(tmp_path_factory.mktemp("served"), certificate=certificate) as peer:
        yield peer


def line_to(peer: Peer, channel: grpc.Channel) -> Line:
    line = Line(channel, peer.slug)
    line.metadata = list(peer.login(channel))
    return line


def test_speaks_tls_and_nothing_else(peer: Peer):
    with peer.channel() as channel:
        assert len(doors(line_to(peer, channel))) == len(peer.doors)
    with grpc.insecure_channel(f"127.0.0.1:{peer.port}") as plain, refused(StatusCode.UNAVAILABLE):
        peer.login(plain)
    doubting = grpc.secure_channel(f"127.0.0.1:{peer.port}", grpc.ssl_channel_credentials())
    with doubting, refused(StatusCode.UNAVAILABLE):
        peer.login(doubting)


def test_a_watch_is_told_of_the_end_and_goes_on_after_a_restart(peer: Peer):
    with peer.channel() as channel:
        line = line_to(peer, channel)
        with watched(line) as stream:
            stream.next()
            began = time.monotonic()
            assert peer.end() == 0
            error = stream.next()
        assert (error.code(), "Come back" in error.details()) == (StatusCode.UNAVAILABLE, True)
        assert time.monotonic() - began < 5
        peer.start()
        with watched(line) as stream:  # the session holds, and so does the channel
            assert not isinstance(stream.next(15), grpc.RpcError)
            remote_open(line, peer.door_uuid)
            assert stream.next().door_statuses[0].door_uuid == peer.door_uuid


def restart(peer: Peer, stream: Stream) -> None:
    """And the stream was told so."""
    assert peer.end() == 0
    said = stream.next()
    while not isinstance(said, grpc.RpcError):
        said = stream.next()
    assert said.code() is StatusCode.UNAVAILABLE
    peer.start()


def test_who_watches_a_receipt_learns_its_end_after_a_restart(peer: Peer):
    with peer.channel() as channel:
        line = line_to(peer, channel)
        [receipt] = line.create(body(peer.door_uuid))
        asked = v1_pb.WatchBizOperationChangesRequest(organization_slug=line.slug, biz_operation_uuids=[receipt.uuid])
        watch = partial(listening, line, line.operations.WatchBizOperationChanges, asked)
        with watch() as stream:
            stream.next()
            restart(peer, stream)
        with watch() as stream:
            [change] = stream.next(15).biz_operation_statuses
    assert (change.biz_operation_uuid, change.status) == (receipt.uuid, v1_pb.BizOperation.STATUS_FINISHED)


def test_who_watches_the_log_goes_on_after_a_restart(peer: Peer):
    with peer.channel() as channel:
        line = line_to(peer, channel)
        asked = v1_pb.WatchAccessLogsRequest(organization_slug=line.slug)
        watch = partial(listening, line, v1_services.AccessLogsServiceStub(channel).WatchAccessLogs, asked)
        with watch() as stream:
            stream.next()
            restart(peer, stream)
        with watch() as stream:
            assert not stream.next(15).access_logs
            remote_open(line, peer.door_uuid)
            assert [entry.door_uuid for entry in stream.next().access_logs] == [peer.door_uuid]


def test_an_opening_under_way_is_ended_before_the_server(peer: Peer):
    peer.lock(seconds=2)
    before = peer.commands()
    with peer.channel() as channel:
        line = line_to(peer, channel)
        opening = services.DoorsServiceStub(channel).RemoteOpen.future(
            pb.RemoteOpenRequest(organization_slug=line.slug, door_uuid=peer.door_uuid), metadata=line.metadata
        )
        while peer.commands() == before:
            time.sleep(0.02)
        assert peer.end() == 0
        assert opening.result(5) == pb.RemoteOpenResponse()
    assert peer.states()[-1] == "confirmed"
    peer.lock()
    peer.start()


def test_a_client_that_gave_up_leaves_an_opening_that_ends(peer: Peer):
    peer.lock(seconds=1)
    with peer.channel() as channel:
        line = line_to(peer, channel)
        with pytest.raises(grpc.RpcError) as gone:
            services.DoorsServiceStub(channel).RemoteOpen(
                pb.RemoteOpenRequest(organization_slug=line.slug, door_uuid=peer.door_uuid),
                metadata=line.metadata,
                timeout=0.5,
            )
    assert gone.value.code() is StatusCode.DEADLINE_EXCEEDED
    before = peer.pulses()
    time.sleep(1.5)
    assert (peer.pulses(), peer.states()[-1]) == (before + 1, "confirmed")
    peer.lock()


def test_a_killed_server_leaves_a_doubt_that_the_keeper_writes_down(peer: Peer):
    peer.lock(seconds=3)
    before = peer.commands()
    with peer.channel() as channel:
        line = line_to(peer, channel)
        threading.Thread(target=_quietly, args=(line, peer.door_uuid), daemon=True).start()
        while peer.commands() == before:
            time.sleep(0.02)
        peer.kill()
    peer.sql("UPDATE building_accesslog SET at = datetime(at, '-20 seconds') WHERE step < 3")
    peer.manage("keep", "--once")
    assert peer.states()[-1] == "unknown"
    peer.lock()
    peer.start()


def _quietly(line: Line, door: str) -> None:
    with suppress(grpc.RpcError):
        remote_open(line, door)


def both(peer: Peer, log: Path, port: int = 0) -> subprocess.Popen[str]:
    """Pages and gRPC in one process, at the peer's building."""
    with log.open("w") as written:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "manage.py", "serve", "--port", "0", "--accesses"],
            cwd=ROOT,
            env=peer.environment | {"GRPC_PORT": str(port), "GRPC_CERTIFICATE": "", "GRPC_KEY": ""},
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        )


def test_pages_and_grpc_live_in_one_process_and_end_together(peer: Peer, tmp_path: Path):
    process = both(peer, tmp_path / "log")
    assert process.stdout
    pages, accesses = [process.stdout.readline().strip() for _ in range(2)]
    assert httpx.get(f"{pages.removeprefix('Listening on ')}/healthz", trust_env=False).status_code == 200
    address = accesses.removeprefix("Accesses on grpc://")
    with grpc.insecure_channel(address) as channel, watched(line_to(peer, channel)) as stream:
        stream.next()
        process.send_signal(signal.SIGTERM)
        assert stream.next().code() is StatusCode.UNAVAILABLE
    assert process.wait(15) == 0
    process.stdout.close()


def test_pages_are_served_also_where_grpc_finds_no_port(peer: Peer, tmp_path: Path):
    process = both(peer, tmp_path / "log", peer.port)
    assert process.stdout
    pages = process.stdout.readline().strip().removeprefix("Listening on ")
    assert httpx.get(f"{pages}/healthz", trust_env=False).status_code == 200
    assert wait_for(lambda: "Accesses are not served" in (tmp_path / "log").read_text())
    process.terminate()
    assert process.wait(15) == 0
    process.stdout.close()
