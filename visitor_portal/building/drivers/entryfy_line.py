"""The line to an Entryfy organisation: signed in, each call ended by one deadline, and whether a door was asked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Self

import grpc

from visitor_portal.building.accesses.generated import entryfy_org_user_v1_pb2 as user_wire
from visitor_portal.building.accesses.generated import entryfy_org_user_v1_pb2_grpc as user_services
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as wire
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2_grpc as services

from .entryfy_account import Account
from .entryfy_channel import connected
from .entryfy_tokens import Tokens
from .outside import Deadline

BLINK = 0.05  # how late a `stop` may be noticed
OLD_ENOUGH = 3600.0  # seconds after which "permission denied" may mean that the token is worth nothing any more
_CODES = grpc.StatusCode


class Line:
    """Connects when it is first asked something; `with` it, so that nothing of it stays."""

    def __init__(self, settings: Mapping[str, Any], deadline: Deadline) -> None:
        self.sent = False  # whether a command to open may have gone out
        self.slug: str = settings["slug"]
        self.deadline = deadline
        self._settings = settings
        self._tokens: Tokens | None = None
        self._leaving = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.close()

    @cached_property
    def channel(self) -> grpc.Channel:
        address, tls = self._settings["organisation"], self._settings["tls"]
        return self._leaving.enter_context(connected(address, tls=tls, deadline=self.deadline))

    def ask(self, method: Callable[..., Any], request: Any) -> Any:
        """One call. A token that is refused is renewed once, and it is asked again: no door is opened this way."""
        try:
            return method(request, timeout=self.deadline.left(), metadata=self._who())
        except grpc.RpcError as error:
            if not self.renew(error):
                raise
        return method(request, timeout=self.deadline.left(), metadata=self._who())

    def open(self, door_uuid: str) -> None:
        """Sent once. Raises grpc.RpcError for any answer but success."""
        method, request = self._opening(door_uuid)
        who, left = self._who(), self.deadline.left()
        if not left:
            raise TimeoutError("the deadline has passed")
        self.sent = True
        method(request, timeout=left, metadata=who)

    def _opening(self, door_uuid: str) -> tuple[Callable[..., Any], Any]:
        place = {name: self._settings[name] for name in ("latitude", "longitude") if self._settings[name] != ""}
        asked = {"organization_slug": self.slug, "door_uuid": door_uuid, "pin": self._settings["pin"]}
        if self._settings["acts_as"] == "user":
            data: Any = user_wire.RequestData(app_platform="visitor-portal", **place)
            request: Any = user_wire.RemoteOpenRequest(request_data=data, **asked)
            return user_services.DoorsServiceStub(self.channel).RemoteOpen, request
        data = wire.RemoteOpenRequest.RequestData(app_platform="visitor-portal", **place)
        return self._doors.RemoteOpen, wire.RemoteOpenRequest(request_data=data, **asked)

    def watch(self, door_uuid: str, until: Deadline) -> "Watch":
        """What is said of the door from now on. How it begins shows whether our token is taken."""
        watch = self._watch(door_uuid, until)
        if watch.refusal and self.renew(watch.refusal):
            watch = self._watch(door_uuid, until)
        return watch

    def _watch(self, door_uuid: str, until: Deadline) -> "Watch":
        request = wire.WatchDoorStatusChangesRequest(organization_slug=self.slug, door_uuids=[door_uuid])
        call = self._doors.WatchDoorStatusChanges(request, timeout=until.left(), metadata=self._who())
        self._leaving.callback(call.cancel)
        watch = Watch(call)
        watch.begun.wait(min(Watch.PATIENCE, self.deadline.left()))
        return watch

    @property
    def _doors(self) -> Any:
        return services.DoorsServiceStub(self.channel)

    def _who(self) -> tuple[tuple[str, str], ...]:
        if self._tokens is None:
            self._tokens = Account(self._settings).tokens(self.deadline)
        return (("authorization", f"Bearer {self._tokens.auth}"),)

    def renew(self, refusal: Any) -> bool:
        """Whether there is a new token now, because this refusal may have been meant for the old one."""
        tokens, code = self._tokens, refusal.code()
        if tokens is None or code not in (_CODES.UNAUTHENTICATED, _CODES.PERMISSION_DENIED):
            return False
        if code is _CODES.PERMISSION_DENIED and tokens.age < OLD_ENOUGH:
            return False
        self._tokens = Account(self._settings).tokens(self.deadline, refused=tokens.auth)
        return True

    # -- what an organisation has

    def doors(self, *uuids: str) -> list[Any]:
        request = wire.GetDoorsRequest(organization_slug=self.slug, uuids=uuids)
        return list(self.ask(self._doors.GetDoors, request).doors)

    def sites(self) -> list[Any]:
        request = wire.GetSitesRequest(organization_slug=self.slug)
        return list(self.ask(services.SitesServiceStub(self.channel).GetSites, request).sites)


class Watch:
    """A stream of door statuses, heard by a thread of its own, since nothing else ends a wait for the next one."""

    PATIENCE = 0.5  # seconds for the other side to let us listen; some say nothing at all until there is news
    _MOMENT = 0.02  # in which a refusal follows its own headers

    def __init__(self, call: Any) -> None:
        self.begun = Event()
        self.refusal: Any = None  # the call itself, once it ended with anything but success
        self._call = call
        self._ended = Event()
        self._said: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._listen, daemon=True, name="entryfy").start()

    def forget(self) -> None:
        """What was said until now."""
        while not self._said.empty():
            self._said.get()

    def words(self, deadline: Deadline, stop: Event | None = None) -> Iterator[Any]:
        """Each status as it comes, until the deadline, `stop`, or the end of the stream."""
        while not deadline.passed and not (stop and stop.is_set()):
            try:
                status = self._said.get(timeout=min(BLINK, deadline.left()))
            except Empty:
                continue
            if status is None:
                return
            yield status

    def _listen(self) -> None:
        try:
            self._begin()
            for message in self._call:
                for status in message.door_statuses:
                    self._said.put(status)
        except grpc.RpcError:
            self.refusal = self._call
        finally:
            self.begun.set()
            self._said.put(None)

    def _begin(self) -> None:
        if self._call.add_callback(self._ended.set):
            self._call.initial_metadata()
            self._ended.wait(self._MOMENT)
        if not self._call.is_active() and self._call.code() is not _CODES.OK:
            self.refusal = self._call
        self.begun.set()
