"""UsersService: residents, as Entryfy's tools see them. Whoever operates the building has an account at the desk."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from visitor_portal.building.models import Account, BizOperation, Building, Resident
from visitor_portal.building.models.ids import hashed, new_secret

from . import errors, operations, writing
from .calls import Call
from .generated import entryfy_org_v1_pb2 as pb
from .generated import entryfy_org_v1_pb2_grpc as pb_grpc
from .identity import account_of
from .layouts import MOST_BODIES
from .people import NewUser, Terms, read, read_new
from .wire import ids_in, timestamp, uuid_of

Kind = BizOperation.Kind
NORMAL = ["normal"]


class Users(pb_grpc.UsersServiceServicer):
    def GetUsers(self, request: Any, call: Call) -> Any:
        found = call.building(request.organization_slug).residents.select_related("account").order_by("id")
        if ids := ids_in("uuids", request.uuids):
            found = found.filter(id__in=ids)
        users = [_message(one, with_pin=not request.skip_credentials) for one in found.iterator()]
        return pb.GetUsersResponse(users=users)

    def CreateUsers(self, request: Any, call: Call) -> Any:
        building, now = call.building(request.organization_slug), timezone.now()
        made = _create(building, read_new(building, request), request.send_welcome_email, now)
        return pb.CreateUsersResponse(biz_operations=operations.handed_out(made, call))

    def UpdateUsers(self, request: Any, call: Call) -> Any:
        building, now = call.building(request.organization_slug), timezone.now()
        made = _update(building, read(building, request), now)
        return pb.UpdateUsersResponse(biz_operations=operations.handed_out(made, call))

    def DeleteUsers(self, request: Any, call: Call) -> Any:
        building = call.building(request.organization_slug)
        made = _delete(building, list(dict.fromkeys(ids_in("uuids", request.uuids))), timezone.now())
        return pb.DeleteUsersResponse(biz_operations=operations.handed_out(made, call))


def _message(resident: Resident, *, with_pin: bool) -> Any:
    """Neither password nor PIN is known here, only their hashes. Of the desk's residents nothing but the name is."""
    account = account_of(resident) or Account(resident=resident, first_name=resident.name, roles=NORMAL)
    return pb.User(
        uuid=uuid_of(resident.id),
        first_name=account.first_name,
        last_name=account.last_name,
        email=resident.email,
        valid_from=timestamp(account.valid_from),
        valid_to=timestamp(account.valid_to),
        enabled=account.enabled,
        status=pb.User.STATUS_READY,
        preferences=account.preferences,
        pincodes=[_pincode(account)] if with_pin and account.pin_hash else [],
        roles=account.roles,
        created_at=timestamp(account.created_at),
        updated_at=timestamp(account.updated_at),
    )


def _pincode(account: Account) -> Any:
    return pb.Pincode(kind=pb.Pincode.KIND_CUSTOM, label=account.pin_label, status=pb.User.STATUS_READY)


# -- create


@transaction.atomic
def _create(building: Building, users: list[NewUser], welcome: bool, now: datetime) -> list[BizOperation]:
    """The same user under the same UUID again gives the receipt of then."""
    before = _receipts_of_before(building, users)
    new = [user for user in users if user.terms.id not in before]
    for user in new:
        user.check_email_is_free(building)
    Resident.objects.bulk_create(_resident(building, user) for user in new)
    Account.objects.bulk_create(
        Account(resident_id=user.terms.id, is_welcome_due=welcome, **user.secrets, **_fields(user.terms, now))
        for user in new
    )
    for user in new:
        user.join_accesses()
    digests = {user.terms.id: user.digest for user in new}
    made = writing.receipts(building, Kind.CREATE_USER, digests, now=now)
    by_id = before | {receipt.subject: receipt for receipt in made}
    return [by_id[user.terms.id] for user in users]


def _receipts_of_before(building: Building, users: list[NewUser]) -> dict[str, BizOperation]:
    there = Resident.objects.in_bulk([user.terms.id for user in users])
    made = BizOperation.objects.filter(building=building, kind=Kind.CREATE_USER, subject__in=there)
    found = {receipt.subject: receipt for receipt in made}
    for user in users:
        receipt = found.get(user.terms.id)
        if user.terms.id in there and (receipt is None or receipt.digest != user.digest):
            raise errors.taken(f"{user.terms.where}uuid", uuid_of(user.terms.id))
    return found


def _resident(building: Building, user: NewUser) -> Resident:
    """Nobody has this key: a link is made when one is sent or handed over."""
    terms = user.terms
    return Resident(
        id=terms.id,
        building=building,
        name=terms.name,
        email=terms.email,
        key_hash=hashed(new_secret("resident")),
    )


def _fields(terms: Terms, now: datetime) -> dict[str, Any]:
    return {
        "first_name": terms.first_name,
        "last_name": terms.last_name,
        "roles": terms.roles or NORMAL,
        "enabled": terms.enabled,
        "valid_from": terms.valid_from,
        "valid_to": terms.valid_to,
        "preferences": terms.preferences,
        "updated_at": now,
    }


# -- update and delete


@transaction.atomic
def _update(building: Building, users: list[Terms], now: datetime) -> list[BizOperation]:
    """Each in place of all that can be changed. Password, PIN and accesses stay."""
    there = building.residents.in_bulk([user.id for user in users])
    for user in users:
        if user.id not in there:
            raise errors.not_found(f"{user.where}uuid", uuid_of(user.id))
        user.check_email_is_free(building)
    for user in users:
        building.residents.filter(id=user.id).update(name=user.name, email=user.email)
        Account.objects.update_or_create(resident=there[user.id], defaults=_fields(user, now))
    return writing.receipts(building, Kind.UPDATE_USER, dict.fromkeys((user.id for user in users), ""), now=now)


@transaction.atomic
def _delete(building: Building, ids: list[str], now: datetime) -> list[BizOperation]:
    if len(ids) > MOST_BODIES:
        raise errors.invalid("uuids", f"At most {MOST_BODIES} in one call.")
    there = building.residents.in_bulk(ids)
    for number, id_ in enumerate(ids):
        if id_ not in there:
            raise errors.not_found(f"uuids[{number}]", uuid_of(id_))
    building.residents.filter(id__in=ids).delete()
    return writing.receipts(building, Kind.DELETE_USER, dict.fromkeys(ids, ""), now=now)
