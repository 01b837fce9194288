"""What is said of doors, sites and the log over a line."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import grpc

from tests.building.accesses.line import Line
from visitor_portal.building.accesses.generated import entryfy_org_user_v1_pb2 as user_pb
from visitor_portal.building.accesses.generated import entryfy_org_user_v1_pb2_grpc as user
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2_grpc as services


def doors(line: Line, *uuids: str, slug: str = "", **filters: Any) -> list[Any]:
    request = pb.GetDoorsRequest(organization_slug=slug or line.slug, uuids=uuids, **filters)
    return list(line.say(services.DoorsServiceStub(line.channel).GetDoors, request).doors)


def remote_open(line: Line, door: str, *, slug: str = "") -> Any:
    request = pb.RemoteOpenRequest(organization_slug=slug or line.slug, door_uuid=door)
    return line.say(services.DoorsServiceStub(line.channel).RemoteOpen, request)


def open_as_user(line: Line, door: str, *, pin: str = "", slug: str = "") -> Any:
    request = user_pb.RemoteOpenRequest(organization_slug=slug or line.slug, door_uuid=door, pin=pin)
    return line.say(user.DoorsServiceStub(line.channel).RemoteOpen, request)


class Stream:
    """What a stream says, heard by a thread of its own: a test never waits without end."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._said: SimpleQueue[Any] = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self, seconds: float = 5) -> Any:
        """The next message; the error that ended the stream."""
        return self._said.get(timeout=seconds)

    def _listen(self) -> None:
        try:
            for message in self._call:
                self._said.put(message)
        except grpc.RpcError as error:
            self._said.put(error)


@contextmanager
def listening(line: Line, method: Any, request: Any) -> Iterator[Stream]:
    call = method(request, metadata=line.metadata)
    try:
        yield Stream(call)
    finally:
        call.cancel()


def watched(line: Line, *doors: str, stub: Any = services, module: Any = pb) -> Any:
    """Door statuses as they come; the other stub and module are those of the older service."""
    request = module.WatchDoorStatusChangesRequest(organization_slug=line.slug, door_uuids=doors)
    return listening(line, stub.DoorsServiceStub(line.channel).WatchDoorStatusChanges, request)
