"""What every call passes: errors become codes and tell nothing of the inside, and what was begun is ended."""

import time

import grpc
import pytest
from grpc import StatusCode

from tests.building.accesses.line import body, refused
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.models import Access, BizOperation, GivenAccess

CREATE = "/entryfy.org.api.v1.AccessesService/CreateAccesses"


def test_a_bug_of_ours_is_told_as_such_and_no_more(line, lobby, caplog):
    line.done(line.create(body(lobby)))
    GivenAccess.objects.update(spelling=[])  # which nothing here writes
    with refused(StatusCode.INTERNAL, "Something went wrong here.") as caught:
        line.get()
    assert "spelling" not in caught.value.details() and "list" not in caught.value.details()
    assert "AttributeError" in caplog.text


def test_a_call_that_nobody_waits_for_any_more_is_ended_all_the_same(line, lobby):
    bodies = [body(lobby) for _ in range(1000)]
    request = pb.CreateAccessesRequest(organization_slug=line.slug, access_bodies=bodies)
    with refused(StatusCode.DEADLINE_EXCEEDED):
        line.accesses.CreateAccesses(request, metadata=line.metadata, timeout=0.3)
    until = time.monotonic() + 20
    while time.monotonic() < until and BizOperation.objects.filter(status=2).count() < 1000:
        time.sleep(0.05)
    assert Access.objects.filter(status=Access.Status.READY).count() == 1000


def test_the_same_at_once_answers_one_operation(line, lobby):
    request = pb.CreateAccessesRequest(organization_slug=line.slug, access_bodies=[body(lobby)])
    futures = [line.accesses.CreateAccesses.future(request, metadata=line.metadata, timeout=20) for _ in range(8)]
    answers = {operation.uuid for future in futures for operation in future.result().biz_operations}
    assert len(answers) == Access.objects.count() == 1


@pytest.mark.parametrize("data", [b"", b"\x0a\xff", b"\x12\x01\x00", b"\xff" * 100])
def test_a_stranger_is_not_read_at_all(stranger, data):
    with refused(StatusCode.UNAUTHENTICATED):
        stranger.channel.unary_unary(CREATE)(data, timeout=5)


def test_what_is_not_served_is_unimplemented(line):
    for method in ("AccessesService/Nothing", "CheckpointsService/GetCheckpoints"):
        with refused(StatusCode.UNIMPLEMENTED):
            line.channel.unary_unary(f"/entryfy.org.api.v1.{method}")(b"", metadata=line.metadata, timeout=5)


def test_a_message_of_more_than_a_mebibyte_is_refused(line, lobby):
    given = body(lobby, description="d" * 2**20)
    with pytest.raises(grpc.RpcError) as caught:
        line.create(given)
    assert caught.value.code() == StatusCode.RESOURCE_EXHAUSTED
