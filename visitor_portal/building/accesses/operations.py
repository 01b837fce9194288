"""Business operations: the receipt of every write, and the steps by which what was written comes to hold.

ACCEPTED is what the writing call answers. A moment later, done by the server or, if that died, by the keeper, it is
PENDING, then FINISHED or FAILED. A new access is INITIAL, CREATING and READY meanwhile, and opens from READY on.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from visitor_portal.building.models import Access, AccessGuest, BizOperation, Resident

from . import guests, welcome
from .calls import Call
from .generated import entryfy_org_v1_pb2 as pb
from .generated import entryfy_org_v1_pb2_grpc as pb_grpc
from .watching import Watching
from .wire import ids_in, timestamp, uuid_of

OVERLAP = timedelta(seconds=5)  # a change is seen though its transaction took so long
LEFT = timedelta(seconds=10)  # after which the keeper takes over
Kind, Status = BizOperation.Kind, BizOperation.Status
_OF_WHAT_IS_THERE = (Kind.CREATE_ACCESS, Kind.UPDATE_ACCESS, Kind.CREATE_USER, Kind.UPDATE_USER)
_NOT_SENT = "The letter could not be sent. Send it again from the desk."
Seen = dict[str, int]


class BizOperations(pb_grpc.BizOperationsServiceServicer):
    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    def GetBizOperations(self, request: Any, call: Call) -> Any:
        found = BizOperation.objects.filter(building=call.building(request.organization_slug))
        if ids := ids_in("uuids", request.uuids):
            found = found.filter(id__in=ids)
        in_order = found.order_by("created_at", "id").iterator()
        return pb.GetBizOperationsResponse(biz_operations=map(_message, in_order))

    async def WatchBizOperationChanges(self, request: Any, call: Call) -> AsyncIterator[Any]:
        """How they stand, at once, so that whoever comes back has missed nothing; then each change."""
        seen: Seen = {}
        since, is_first = timezone.now(), True
        async for _ in self._watching.rounds(call):
            asked, since = since, timezone.now()
            changed = await call.ask(_changed, request, call, seen, asked - OVERLAP)
            if changed or is_first:
                yield pb.WatchBizOperationChangesResponse(biz_operation_statuses=map(_change, changed))
            is_first = False


def _changed(request: Any, call: Call, seen: Seen, since: datetime) -> list[BizOperation]:
    found = BizOperation.objects.filter(building=call.building(request.organization_slug))
    if ids := ids_in("biz_operation_uuids", request.biz_operation_uuids):
        found = found.filter(id__in=ids)
    else:
        found = found.filter(Q(updated_at__gte=since) | ~Q(status__in=BizOperation.ENDS))
    now = {operation.id: operation for operation in found.order_by("updated_at", "id")}
    changed = [operation for id_, operation in now.items() if seen.get(id_) != operation.status]
    seen.clear()
    seen.update({id_: operation.status for id_, operation in now.items()})
    return changed


def _message(operation: BizOperation) -> Any:
    return pb.BizOperation(
        uuid=uuid_of(operation.id),
        kind=operation.kind,
        status=operation.status,
        created_at=timestamp(operation.created_at),
        updated_at=timestamp(operation.updated_at),
        errors=operation.errors,
    )


def _change(operation: BizOperation) -> Any:
    return pb.WatchBizOperationChangesResponse.Status(
        biz_operation_uuid=uuid_of(operation.id),
        status=operation.status,
        updated_at=timestamp(operation.updated_at),
    )


def handed_out(made: Sequence[BizOperation], call: Call) -> list[Any]:
    """As the writing call answers them; what they stand for is done right after it."""
    call.later(partial(settle, [operation.id for operation in made]))
    return list(map(_message, made))


# -- what happens after the answer


def settle(ids: Collection[str]) -> None:
    """Bring these to their end. Whoever is cut off here leaves them for the keeper."""
    mine = BizOperation.objects.filter(id__in=ids)
    _begin(mine.filter(status=Status.ACCEPTED))
    for operation in _end(mine.filter(status=Status.PENDING)):
        _send(operation)


def left(now: datetime) -> list[str]:
    """Those that nobody has brought to their end."""
    open_ = BizOperation.objects.filter(status__in=(Status.ACCEPTED, Status.PENDING), updated_at__lte=now - LEFT)
    return list(open_.order_by("created_at").values_list("id", flat=True)[:1000])


@transaction.atomic
def _begin(accepted: QuerySet[BizOperation]) -> None:
    subjects = [operation.subject for operation in accepted.filter(kind=Kind.CREATE_ACCESS)]
    _with_copies(subjects).filter(status=Access.Status.INITIAL).update(status=Access.Status.CREATING)
    accepted.update(status=Status.PENDING, updated_at=timezone.now())


def _with_copies(ids: Collection[str]) -> QuerySet[Access]:
    copies = Access.objects.filter(invite__guest_of__access__in=ids).values("id")
    return Access.objects.filter(Q(id__in=ids) | Q(id__in=copies))


@transaction.atomic
def _end(pending: QuerySet[BizOperation]) -> list[BizOperation]:
    """All at once, but for those with letters to send: these are given back."""
    operations = list(pending)
    subjects = [operation.subject for operation in operations]
    not_yet = (Access.Status.INITIAL, Access.Status.CREATING)
    _with_copies(subjects).filter(status__in=not_yet).update(status=Access.Status.READY)
    there = {*Access.objects.in_bulk(subjects), *Resident.objects.in_bulk(subjects)}
    lost = {o.id for o in operations if o.kind in _OF_WHAT_IS_THERE and o.subject not in there}
    waiting = guests.due(subjects).keys() | welcome.due(subjects)
    sending = {o.id for o in operations if o.kind in _OF_WHAT_IS_THERE and o.subject in waiting}
    _close(lost, Status.FAILED, {"uuid": "It was deleted meanwhile."})
    _close({o.id for o in operations} - lost - sending, Status.FINISHED, {})
    return [o for o in operations if o.id in sending]


def _close(ids: Collection[str], end: int, errors: dict[str, str]) -> None:
    """Once: whoever comes second changes nothing."""
    open_ = BizOperation.objects.filter(id__in=ids).exclude(status__in=BizOperation.ENDS)
    open_.update(status=end, errors=errors, updated_at=timezone.now())


def _due(operation: BizOperation) -> list[AccessGuest]:
    return guests.due([operation.subject]).get(operation.subject, [])


def _send(operation: BizOperation) -> None:
    """Its letters. The access holds without them: those that did not go are named, and can be sent from the desk."""
    now = timezone.now()
    sent = {guest.email: guests.mail(guest, now=now) for guest in _due(operation)}
    if None in sent.values():
        return  # whoever sends those says how it went; should they die, the keeper does it again
    errors = {f"guests.{email}": _NOT_SENT for email, went in sent.items() if not went}
    if operation.subject in welcome.due([operation.subject]) and not welcome.mail(operation.subject):
        errors["send_welcome_email"] = _NOT_SENT
    _close([operation.id], Status.FINISHED, errors)
