"""AccessesService: who may pass which doors, when, and by which means."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from visitor_portal.building.models import Building

from . import errors, operations, reading, writing
from .calls import Call
from .checking import Checker, Plan
from .generated import entryfy_org_v1_pb2 as pb
from .generated import entryfy_org_v1_pb2_grpc as pb_grpc
from .layouts import MOST_BODIES, Bodies
from .wire import ids_in
from .writing import Receipts

Write = Callable[..., Receipts]


class Accesses(pb_grpc.AccessesServiceServicer):
    def GetAccesses(self, request: Any, call: Call) -> bytes:
        building = call.building(request.organization_slug)
        return b"".join(reading.pieces(building, ids_in("uuids", request.uuids)))

    def CreateAccesses(self, request: Bodies, call: Call) -> Any:
        return pb.CreateAccessesResponse(biz_operations=_written(writing.create, request, call))

    def UpdateAccesses(self, request: Bodies, call: Call) -> Any:
        return pb.UpdateAccessesResponse(biz_operations=_written(writing.update, request, call))

    def DeleteAccesses(self, request: Any, call: Call) -> Any:
        building = call.building(request.organization_slug)
        if len(request.uuids) > MOST_BODIES:
            raise errors.invalid("uuids", f"At most {MOST_BODIES} in one call.")
        ids = list(dict.fromkeys(ids_in("uuids", request.uuids)))
        made = writing.delete(building, ids, now=timezone.now())
        return pb.DeleteAccessesResponse(biz_operations=operations.handed_out(made, call))


def _written(write: Write, request: Bodies, call: Call) -> list[Any]:
    building = call.building(request.organization_slug)
    plans = Checker(building, request.bodies, call).plans(request.bodies)
    return operations.handed_out(_once_more(write, building, plans, timezone.now()), call)


def _once_more(write: Write, building: Building, plans: Sequence[Plan], now: datetime) -> Receipts:
    """Of two that create the same at once the database lets one through; the other one then finds it there."""
    do = partial(write, building, plans, now=now)
    try:
        return do()
    except IntegrityError:
        return do()
