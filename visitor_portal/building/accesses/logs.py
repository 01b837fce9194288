"""AccessLogsService: who asked for which door, and what became of it, without more than the building's log says."""

from collections.abc import AsyncIterator, Collection
from typing import Any

from django.db.models import QuerySet

from visitor_portal.building.models import AccessLog, Building, Invite, Resident

from . import errors, statuses
from .calls import Call
from .generated import entryfy_org_v1_pb2 as pb
from .generated import entryfy_org_v1_pb2_grpc as pb_grpc
from .watching import Watching
from .wire import ids_in, moment, spelt, timestamp, uuid_of

MOST = 10_000  # entries in one answer
_Wire = pb.AccessLog
_ENDS = {
    AccessLog.State.CONFIRMED: _Wire.ACCESS_DESCRIPTION_ACCESS_GRANTED,
    AccessLog.State.REFUSED: _Wire.ACCESS_DESCRIPTION_ACCESS_DENIED,
    AccessLog.State.UNKNOWN: _Wire.ACCESS_DESCRIPTION_UNSPECIFIED,  # nobody knows
}
_DIRECTIONS = {"in": _Wire.DIRECTION_IN, "out": _Wire.DIRECTION_OUT}


class AccessLogs(pb_grpc.AccessLogsServiceServicer):
    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    def GetAccessLogs(self, request: Any, call: Call) -> Any:
        building = call.building(request.organization_slug)
        rows = _ended(building, ids_in("user_uuids", request.user_uuids))
        if begin := moment("", request, "start_date"):
            rows = rows.filter(at__gte=begin)
        if end := moment("", request, "end_date"):
            rows = rows.filter(at__lt=end)
        found = list(rows.order_by("-sequence")[: MOST + 1])
        if len(found) > MOST:
            raise errors.invalid("start_date", f"There are more than {MOST} entries: ask for a shorter time.")
        return pb.GetAccessLogsResponse(access_logs=_shapes(building, found[::-1]))

    async def WatchAccessLogs(self, request: Any, call: Call) -> AsyncIterator[Any]:
        """What is new from here on. An empty message comes first: from then on nothing is missed."""
        building = await call.ask(call.building, request.organization_slug)
        users = ids_in("user_uuids", request.user_uuids)
        sequence = await call.ask(statuses.end_of_log, building)
        yield pb.WatchAccessLogsResponse()
        async for _ in self._watching.rounds(call):
            entries, sequence = await call.ask(_since, building, users, sequence)
            if entries:
                yield pb.WatchAccessLogsResponse(access_logs=entries)


def _ended(building: Building, users: Collection[str]) -> QuerySet[AccessLog]:
    """How attempts of people ended. What opens for nobody, as a lock that is told to hold, is left out."""
    ends = AccessLog.objects.filter(building=building.id, state__in=_ENDS)
    rows = ends.exclude(auth_type__in=("HOLD", "RELEASE"))
    return rows.filter(resident__in=users) if users else rows


def _since(building: Building, users: Collection[str], sequence: int) -> tuple[list[Any], int]:
    rows = statuses.rows_since(building, sequence)
    ended = _ended(building, users).filter(id__in=[row.id for row in rows]).order_by("sequence")
    return _shapes(building, list(ended)), rows[-1].sequence if rows else sequence


def _shapes(building: Building, rows: Collection[AccessLog]) -> list[Any]:
    """With the names that the log itself does not hold, as far as they are still known."""
    residents = Resident.objects.in_bulk({row.resident for row in rows} - {""})
    invites = Invite.objects.defer("photo").in_bulk({row.invite for row in rows} - {""})
    site = uuid_of(building.id)
    return [_shape(row, site, residents.get(row.resident), invites.get(row.invite)) for row in rows]


def _shape(row: AccessLog, site: str, resident: Resident | None, invite: Invite | None) -> Any:
    by_invite = (invite.contact_email, str(invite)) if invite else ("", row.guest)
    email, name = (resident.email, resident.name) if resident else by_invite
    return _Wire(
        uuid=uuid_of(row.id),
        access_description=_ENDS[AccessLog.State(row.state)],
        time=timestamp(row.at),
        door_uuid=uuid_of(row.door),
        site_uuid=site,
        direction=_DIRECTIONS.get(row.direction, _Wire.DIRECTION_UNDEFINED),
        reason="" if row.state == AccessLog.State.CONFIRMED else row.reason,
        auth_type=_auth_type(row.auth_type),
        user_uuid=uuid_of(row.resident) if row.resident else "",
        user_email=email,
        user_name=name,
    )


def _auth_type(name: str) -> int:
    """The desk opens remotely, whatever else it may."""
    return int(getattr(_Wire, spelt("REMOTE" if name == "DESK" else name), _Wire.AUTH_TYPE_UNSPECIFIED))
