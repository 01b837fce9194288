"""DoorsService, three times: what doors there are, what they do, and the opening of one, logged like any other."""

from collections.abc import AsyncIterator, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import connections
from django.utils import timezone
from grpc import StatusCode

from visitor_portal.building import doors, reach, signs
from visitor_portal.building.doors import Terms
from visitor_portal.building.models import AccessLog, Building, Door, LoginTry, Resident
from visitor_portal.building.models.places import in_english
from visitor_portal.building.questions import Question
from visitor_portal.building.refusals import Refusal
from visitor_portal.building.rules import REMOTE, REMOTE_PIN, SCAN, SCAN_PIN

from . import errors, identity, statuses
from .calls import Call
from .generated import entryfy_org_user_v1_pb2 as user_pb
from .generated import entryfy_org_user_v1_pb2_grpc as user_pb_grpc
from .generated import entryfy_org_v1_pb2 as v1_pb
from .generated import entryfy_org_v1_pb2_grpc as v1_pb_grpc
from .generated import entryfy_org_v2_pb2 as pb
from .generated import entryfy_org_v2_pb2_grpc as pb_grpc
from .watching import Watching
from .wire import id_in, ids_in, spelt, timestamp, uuid_of

SPAN, MOST = timedelta(minutes=15), 5  # wrong PINs of one user
AT_ONCE = 8  # doors asked side by side whether they are there
_DOOR = Question(lambda building, id_: Door.objects.filter(building=building, id=id_))
_FILTERS = ("uuids", "site_uuids", "section_uuids", "controller_uuids")
_MEANS = [getattr(pb, spelt(name)) for name in (REMOTE, REMOTE_PIN, SCAN, SCAN_PIN)]  # what our pages can do


class Doors(pb_grpc.DoorsServiceServicer):
    """For operators."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    def GetDoors(self, request: Any, call: Call) -> Any:
        found = _asked_for(request, call.building(request.organization_slug))
        return pb.GetDoorsResponse(
            doors=[_shape(door, online) for door, online in zip(found, _online(found), strict=True)]
        )

    def RemoteOpen(self, request: Any, call: Call) -> Any:
        """As the desk does: it needs no right of anybody, and minds no hold."""
        door = _door(call.building(request.organization_slug), request.door_uuid)
        name = call.caller.user.get_username() if call.caller.user else ""
        attempt = doors.fire(door, guest=f"desk:{name}"[:64], now=timezone.now())
        self._watching.news()
        if attempt.state == AccessLog.State.CONFIRMED:
            return pb.RemoteOpenResponse()
        raise _why_not(attempt.state, Refusal(attempt.reason or "door_unreachable"))

    async def WatchDoorStatusChanges(self, request: Any, call: Call) -> AsyncIterator[Any]:
        async for said in _watched(self._watching, request, call):
            yield pb.WatchDoorStatusChangesResponse(door_statuses=[_status(pb, one) for one in said])


class DoorsV1(v1_pb_grpc.DoorsServiceServicer):
    """The same stream under its older name."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    async def WatchDoorStatusChanges(self, request: Any, call: Call) -> AsyncIterator[Any]:
        async for said in _watched(self._watching, request, call):
            yield v1_pb.WatchDoorStatusChangesResponse(door_statuses=[_status(v1_pb, one) for one in said])


class UserDoors(user_pb_grpc.DoorsServiceServicer):
    """For a resident, by their own accesses."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    def RemoteOpen(self, request: Any, call: Call) -> Any:
        resident = call.resident(request.organization_slug)
        door = _door(resident.building, request.door_uuid)
        refusal = _pin_refusal(resident, request.pin, call) if request.pin else ""
        terms = Terms(portal=None, resident=resident, has_pin=bool(request.pin and not refusal), refusal=refusal)
        try:
            doors.open_door(door, terms, now=timezone.now())
        except Refusal as refused:
            raise _why_not(_state(refused), refused) from None
        finally:
            self._watching.news()
        return user_pb.RemoteOpenResponse()


# -- which doors


def _asked_for(request: Any, building: Building) -> list[Door]:
    """One filter at a time; with none, all of them. A building has neither sections nor controllers."""
    filters = [name for name in _FILTERS if getattr(request, name)]
    if len(filters) > 1:
        raise errors.invalid(filters[1], f"It can't be combined with {filters[0]}.")
    every = list(building.doors.select_related("building").prefetch_related("portals").order_by("id"))
    if not filters:
        return every
    if filters[0] == "uuids":
        by_id = {door.id: door for door in every}
        return [_known(by_id, id_) for id_ in ids_in("uuids", request.uuids)]
    return every if uuid_of(building.id) in getattr(request, filters[0]) else []


def _known(by_id: dict[str, Door], id_: str) -> Door:
    if id_ not in by_id:
        raise errors.not_found("uuids", uuid_of(id_))
    return by_id[id_]


def _door(building: Building, uuid: str) -> Door:
    door = _DOOR.first(building.id, id_in("door_uuid", uuid))
    if door is None:
        raise errors.not_found("door_uuid", uuid)
    door.building = building
    return door


def _online(asked: list[Door]) -> list[bool]:
    """Whether a command would reach each door now; asked side by side, as one that is silent is waited for."""
    if len(asked) < 2:
        return [_is_online(door) for door in asked]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(_and_give_back, asked))


def _and_give_back(door: Door) -> bool:
    try:
        return _is_online(door)
    finally:
        connections.close_all()


def _is_online(door: Door) -> bool:
    return doors.is_connected(door) and reach.reachable(door)


def _shape(door: Door, online: bool) -> Any:
    signs_of = {sign.direction: signs.url_of(sign) for sign in door.portals.all() if sign.retired_at is None}
    return pb.Door(
        uuid=uuid_of(door.id),
        site_uuid=uuid_of(door.building_id),
        name=in_english(door.name),
        description=door.get_entry_kind_display(),
        in_qrcode=signs_of.get("in", ""),
        out_qrcode=signs_of.get("out", ""),
        allowed_in_auth_types=_MEANS,
        allowed_out_auth_types=_MEANS,
        scheduled_lock_unlock_enabled=door.connected,
        online=online,
    )


# -- an opening


def _state(refused: Refusal) -> str:
    """How the attempt behind it ended."""
    opening = refused.extra.get("opening")
    return str(opening.get("state", "")) if isinstance(opening, dict) else ""


def _why_not(state: str, refusal: Refusal) -> errors.Fault:
    """A doubt is told as one: whoever reads UNAVAILABLE may take it that nothing moved."""
    if state == AccessLog.State.UNKNOWN:
        return errors.Fault(StatusCode.UNKNOWN, "unknown: Nobody can tell whether the door opened. Look at it.")
    return errors.of_refusal(refusal)


def _pin_refusal(resident: Resident, pin: str, call: Call) -> str:
    """Empty when it is this user's PIN. A guess is a row before it is looked at; a right one takes its rows away."""
    name = f"pin {resident.id}"
    guess = LoginTry.objects.create(name=name, peer=call.peer, at=call.at)
    # It is committed before any is counted: of many at once none is overlooked.
    recent = LoginTry.objects.filter(name=name, at__gt=call.at - SPAN)
    if recent.count() > MOST:
        guess.delete()  # it was not looked at, so the wait gets no longer by it
        return "too_many_tries"
    account = identity.account_of(resident)
    if not check_password(pin, account.pin_hash if account else ""):
        return "pin_wrong"
    recent.delete()
    return ""


# -- what doors do


async def _watched(watching: Watching, request: Any, call: Call) -> AsyncIterator[list[statuses.Said]]:
    """How they stand, at once, even if that is nothing: so the client knows that it is heard. Then each change."""
    building, watched = await call.ask(_whose, request, call)
    sequence = await call.ask(statuses.end_of_log, building)
    yield await call.ask(statuses.now, building, watched)
    async for _ in watching.rounds(call):
        rows = await call.ask(statuses.rows_since, building, sequence)
        if said := statuses.in_rows(rows, watched):
            yield said
        sequence = rows[-1].sequence if rows else sequence


def _whose(request: Any, call: Call) -> tuple[Building, Collection[str]]:
    building = call.building(request.organization_slug)
    every = set(building.doors.values_list("id", flat=True))
    asked = ids_in("door_uuids", request.door_uuids)
    for id_, uuid in zip(asked, request.door_uuids, strict=True):
        if id_ not in every:
            raise errors.not_found("door_uuids", uuid)
    return building, set(asked) or every


def _status(module: Any, said: statuses.Said) -> Any:
    return module.DoorStatus(
        uuid=said.uuid,
        door_uuid=uuid_of(said.door),
        status=said.status,
        created_at=timestamp(said.at),
        updated_at=timestamp(said.at),
    )
