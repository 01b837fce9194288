"""Accesses of an Entryfy organisation as they should be: written in the layout that it reads, and read back."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as wire
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2_grpc as services

from .entryfy_line import Line

AT_ONCE = 200  # of one call
BLINK = 0.3  # seconds between two looks at an operation; it takes minutes at times
_PREFIX = "AUTH_TYPE_"
_OVER = (wire.BizOperation.STATUS_FINISHED, wire.BizOperation.STATUS_FAILED)
_GONE = (wire.Access.STATUS_DELETING, wire.Access.STATUS_DELETED)

Spelling = Callable[[str], str]
Names = tuple[str, ...]  # UUIDs that one access may have, one after the other: a deleted one is never created again


@dataclass(frozen=True, slots=True)
class Wanted:
    """One temporary access to the one door of an opener."""

    name: str
    guest: str  # e-mail; empty: nobody in particular
    guest_name: str
    valid_from: datetime | None
    valid_to: datetime
    schedule: str
    exception: str
    in_auth_types: tuple[str, ...]
    out_auth_types: tuple[str, ...]


class Accesses:
    def __init__(self, line: Line, settings: Mapping[str, Any]) -> None:
        self._line = line
        self._door: str = settings["door_uuid"]
        self._is_documented = settings["layout"] == "documented"
        self._accesses: Any = services.AccessesServiceStub(line.channel)

    def bring_about(self, wanted: Mapping[Names, Wanted | None]) -> list[str]:
        """None should not be there. Gives those that were read as something else, and are deleted."""
        known = self._read(uuid for names in wanted for uuid in names)
        there = {uuid: access for uuid, access in known.items() if access.status not in _GONE}
        should = {_name(names, known, there): one for names, one in wanted.items()}
        self._delete(uuid for uuid in there if should.get(uuid) is None)
        right = {uuid: one for uuid, one in should.items() if uuid and one}
        missing = {uuid: one for uuid, one in right.items() if uuid not in there}
        changed = {uuid: one for uuid, one in right.items() if uuid in there and self._differ(one, there[uuid])}
        self._write("Create", missing)
        self._write("Update", changed)
        wrong = [uuid for uuid, back in self._read([*missing, *changed]).items() if self._differ(right[uuid], back)]
        self._delete(wrong)
        return wrong

    def _read(self, uuids: Iterable[str]) -> dict[str, Any]:
        """By UUID; some organisations still tell of those that are deleted."""
        found: dict[str, Any] = {}
        for some in _in_parts(list(uuids)):
            request = wire.GetAccessesRequest(organization_slug=self._line.slug, uuids=some)
            answer = self._line.ask(self._accesses.GetAccesses, request)
            found |= {access.uuid: access for access in answer.accesses}
        return found

    def spelling(self) -> list[str]:
        """Auth types as this organisation spells them; an example or none."""
        method = services.OrganizationsServiceStub(self._line.channel).GetSettings
        answer = self._line.ask(method, wire.GetSettingsRequest(organization_slug=self._line.slug))
        return list(answer.settings.default_auth_types_for_temp_access)

    # -- writing

    def _delete(self, uuids: Iterable[str]) -> None:
        for some in _in_parts(list(uuids)):
            request = wire.DeleteAccessesRequest(organization_slug=self._line.slug, uuids=some)
            self._settle(self._line.ask(self._accesses.DeleteAccesses, request).biz_operations)

    def _write(self, verb: str, wanted: Mapping[str, Wanted]) -> None:
        if not wanted:
            return
        spelt = _like(self.spelling())
        kind = getattr(wire, f"{verb}Accesses{'Documented' if self._is_documented else ''}Request")
        method = self._line.channel.unary_unary(
            f"/entryfy.org.api.v1.AccessesService/{verb}Accesses",
            request_serializer=kind.SerializeToString,  # a stub knows one layout only
            response_deserializer=getattr(wire, f"{verb}AccessesResponse").FromString,
        )
        for some in _in_parts(list(wanted)):
            bodies = [self._body(uuid, wanted[uuid], spelt) for uuid in some]
            request = kind(organization_slug=self._line.slug, access_bodies=bodies)
            self._settle(self._line.ask(method, request).biz_operations)

    def _body(self, uuid: str, one: Wanted, spelt: Spelling) -> Any:
        given = {
            "uuid": uuid,
            "name": one.name,
            "kind": wire.Access.KIND_TEMPORARY,
            "valid_from": _timestamp(one.valid_from),
            "valid_to": _timestamp(one.valid_to),
        }
        door = {
            "door_uuid": self._door,
            "in_auth_types": [spelt(name) for name in one.in_auth_types],
            "out_auth_types": [spelt(name) for name in one.out_auth_types],
        }
        return (_documented if self._is_documented else _published)(one, given, door)

    def _settle(self, operations: Iterable[Any]) -> None:
        """Until they are over, or this round is: what takes longer is looked at in the next one."""
        method = services.BizOperationsServiceStub(self._line.channel).GetBizOperations
        open_ = [operation.uuid for operation in operations]
        while open_ and not self._line.deadline.passed:
            request = wire.GetBizOperationsRequest(organization_slug=self._line.slug, uuids=open_)
            found = self._line.ask(method, request).biz_operations
            open_ = [operation.uuid for operation in found if operation.status not in _OVER]
            time.sleep(BLINK if open_ else 0)

    # -- reading back

    def _differ(self, one: Wanted, there: Any) -> bool:
        doors = [(door.door_uuid, door.lock_unlock_enabled, _plain(door.in_auth_types)) for door in there.doors]
        is_as_meant = (
            there.kind == wire.Access.KIND_TEMPORARY
            and there.valid_to == _timestamp(one.valid_to)
            and (one.valid_from is None or there.valid_from == _timestamp(one.valid_from))
            and doors == [(self._door, False, _plain(one.in_auth_types))]
            and len(there.users) <= bool(one.guest)  # it may make a user of a guest
        )
        return not is_as_meant


def _name(names: Names, known: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """The one that it has, else the first that was never used; empty when all were."""
    has = (uuid for uuid in names if uuid in there)
    new = (uuid for uuid in names if uuid not in known)
    return next(has, "") or next(new, "")


def _documented(one: Wanted, given: dict[str, Any], door: dict[str, Any]) -> Any:
    """This layout has no guests: the access is there, for whoever is added to it."""
    text = {"schedule_definition": one.schedule, "exception_definition": one.exception}
    schedule = wire.Schedule(name=one.name, **text) if one.schedule or one.exception else None
    return wire.AccessBodyDocumented(**given, schedule=schedule, doors=[wire.AccessDoor(**door)])


def _published(one: Wanted, given: dict[str, Any], door: dict[str, Any]) -> Any:
    """Without a letter from there: the guest has the building's own."""
    first, _, last = one.guest_name.partition(" ")
    guests = [wire.Guest(email=one.guest, first_name=first, last_name=last)] if one.guest else []
    return wire.AccessBody(
        **given,
        schedule_definition=one.schedule,
        schedule_exception_definition=one.exception,
        guests=guests,
        doors=[wire.AccessDoorContainer(**door)],
    )


def _like(examples: Sequence[str]) -> Spelling:
    """Our auth types as these are spelt; with nothing to go by, as the numbers' names are."""
    is_lower = any(example.islower() for example in examples)
    prefix = "" if examples and not any(example.upper().startswith(_PREFIX) for example in examples) else _PREFIX
    return lambda name: (prefix + name).lower() if is_lower else prefix + name


def _plain(names: Iterable[str]) -> set[str]:
    return {name.upper().removeprefix(_PREFIX) for name in names}


def _timestamp(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    made = Timestamp()
    made.FromDatetime(at.replace(microsecond=0))
    return made


def _in_parts(uuids: list[str]) -> Iterator[list[str]]:
    for begin in range(0, len(uuids), AT_ONCE):
        yield uuids[begin : begin + AT_ONCE]
