"""RemoteOpen over gRPC: what it takes beyond the lock's own time, as the access log has it."""

import time
from collections.abc import Iterator
from statistics import median

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.building.accesses.peer import Peer
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2_grpc as services

from .figures import p95, show
from .quiet import Quiet
from .running import cpu_of

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

OPENINGS, WARM = 100, 10
LOCK_SECONDS = 0.05
MOST_MS = 20.0


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("remote_open")) as peer:
        peer.lock(seconds=LOCK_SECONDS, contact="none")
        yield peer


def lock_times(peer: Peer) -> list[int]:
    rows = peer.sql("SELECT milliseconds FROM building_accesslog WHERE state = 'confirmed' ORDER BY sequence")
    return [milliseconds for (milliseconds,) in rows]


def health_times(channel: grpc.Channel) -> list[float]:
    """The floor: a call that touches nothing of ours."""
    check, times = health_pb2_grpc.HealthStub(channel).Check, []
    for _ in range(OPENINGS):
        began = time.perf_counter()
        check(health_pb2.HealthCheckRequest())
        times.append(1000 * (time.perf_counter() - began))
    return times


def test_overhead(peer: Peer):
    quiet, times = Quiet(60), []
    with peer.channel() as channel:
        floor = health_times(channel)
        who = peer.login(channel)
        doors = services.DoorsServiceStub(channel)
        request = pb.RemoteOpenRequest(organization_slug=peer.slug, door_uuid=peer.door_uuid)
        for number in range(WARM + OPENINGS):
            if number % 5 == 0:
                quiet.wait()
            if number == WARM:
                used = cpu_of(peer.process.pid)
            began = time.perf_counter()
            doors.RemoteOpen(request, metadata=who, timeout=10)
            times.append(1000 * (time.perf_counter() - began))
            time.sleep(0.02)
        used = cpu_of(peer.process.pid) - used
    beyond = [taken - lock for taken, lock in zip(times, lock_times(peer), strict=True)][WARM:]
    head = ["openings", "lock ms", "p50 beyond it", "p95", "max", "health p95", "CPU ms each", "idle"]
    row = [
        OPENINGS,
        1000 * LOCK_SECONDS,
        median(beyond),
        p95(beyond),
        max(beyond),
        p95(floor),
        used / OPENINGS,
        str(quiet),
    ]
    show("RemoteOpen over gRPC, SQLite", head, [row])
    assert p95(beyond) < MOST_MS
