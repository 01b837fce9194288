"""A client's line to the server, and what goes over it."""

import time
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2 as account_pb
from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2_grpc as account_grpc
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2_grpc as org
from visitor_portal.building.accesses.wire import id_of
from visitor_portal.building.models import Access, Invite

PASSWORD = "correct horse battery"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ENDS = (pb.BizOperation.STATUS_FINISHED, pb.BizOperation.STATUS_FAILED)


class Line:
    """Each call carries the session, once there is one."""

    def __init__(self, channel: grpc.Channel, slug: str) -> None:
        self.channel, self.slug = channel, slug
        self.metadata: list[tuple[str, str]] = []
        self.sessions = account_grpc.SessionsServiceStub(channel)
        self.accesses = org.AccessesServiceStub(channel)
        self.operations = org.BizOperationsServiceStub(channel)
        self.users = org.UsersServiceStub(channel)
        self.schedules = org.SchedulesServiceStub(channel)
        self.organizations = org.OrganizationsServiceStub(channel)

    def login(self, username: str, password: str = PASSWORD, device: str = "") -> Any:
        request = account_pb.CreateSessionRequest(username=username, password=password, device_uuid=device)
        answer = self.sessions.CreateSession(request, timeout=10)
        self.take(answer.auth_token)
        return answer

    def take(self, token: str) -> None:
        self.metadata = [("authorization", f"Bearer {token}")]

    def say(self, method: Any, request: Any) -> Any:
        return method(request, metadata=self.metadata, timeout=20)

    # -- accesses

    def create(self, *bodies: Any, slug: str = "") -> list[Any]:
        request = pb.CreateAccessesRequest(organization_slug=slug or self.slug, access_bodies=bodies)
        return list(self.say(self.accesses.CreateAccesses, request).biz_operations)

    def update(self, *bodies: Any) -> list[Any]:
        request = pb.UpdateAccessesRequest(organization_slug=self.slug, access_bodies=bodies)
        return list(self.say(self.accesses.UpdateAccesses, request).biz_operations)

    def delete(self, *uuids: str) -> list[Any]:
        request = pb.DeleteAccessesRequest(organization_slug=self.slug, uuids=uuids)
        return list(self.say(self.accesses.DeleteAccesses, request).biz_operations)

    def get(self, *uuids: str) -> list[Any]:
        request = pb.GetAccessesRequest(organization_slug=self.slug, uuids=uuids)
        return list(self.say(self.accesses.GetAccesses, request).accesses)

    def done(self, operations: Iterable[Any]) -> list[Any]:
        """These receipts, once each is at its end."""
        uuids = [operation.uuid for operation in operations]
        request = pb.GetBizOperationsRequest(organization_slug=self.slug, uuids=uuids)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            found = list(self.say(self.operations.GetBizOperations, request).biz_operations)
            if all(operation.status in ENDS for operation in found):
                return found
            time.sleep(0.02)
        raise AssertionError("These did not come to an end.")


@contextmanager
def refused(code: StatusCode, *words: str) -> Any:
    """The call fails with this code, and says these words."""
    with pytest.raises(grpc.RpcError) as caught:
        yield caught
    assert (caught.value.code(), caught.value.details()) == (code, caught.value.details())
    for word in words:
        assert word in caught.value.details()


def at(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def body(*doors: str, **fields: Any) -> Any:
    """An access in the published layout, to these doors."""
    given = {"uuid": str(uuid4()), "name": "Cleaners", "kind": pb.Access.KIND_PERMANENT} | fields
    means = {"in_auth_types": ["REMOTE"], "out_auth_types": ["REMOTE"]}
    return pb.AccessBody(doors=[pb.AccessDoorContainer(door_uuid=door, **means) for door in doors], **given)


def users(*uuids: str) -> list[Any]:
    return [pb.AccessUserContainer(user_uuid=uuid) for uuid in uuids]


def row(uuid: str) -> Access:
    """The access of this UUID in the database."""
    return Access.objects.get(id=id_of(uuid))


def invites_of(uuid: str) -> list[Invite]:
    return list(Invite.objects.filter(guest_of__access=row(uuid)).order_by("contact_email"))
