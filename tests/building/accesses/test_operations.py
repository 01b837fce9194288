"""BizOperationsService: each write has a receipt that comes to an end, whoever is there to bring it there."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.line import Line, body, refused
from tests.building.threads import together
from visitor_portal import keeping
from visitor_portal.building import links
from visitor_portal.building.accesses import chores, operations
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.wire import id_in, uuid_of
from visitor_portal.building.models import Access, AccessGuest, BizOperation, Building, Invite

Status = BizOperation.Status


def left(line: Line, *bodies: Any) -> list[str]:
    """Written by a server that died right after it had answered."""
    found = line.done(line.create(*bodies))
    Access.objects.update(status=Access.Status.INITIAL)
    BizOperation.objects.update(status=Status.ACCEPTED, updated_at=timezone.now() - operations.LEFT)
    return [operation.uuid for operation in found]


def get(line: Line, *uuids: str) -> list[Any]:
    request = pb.GetBizOperationsRequest(organization_slug=line.slug, uuids=uuids)
    return list(line.say(line.operations.GetBizOperations, request).biz_operations)


def watch(line: Line, *uuids: str) -> Any:
    request = pb.WatchBizOperationChangesRequest(organization_slug=line.slug, biz_operation_uuids=uuids)
    return line.say(line.operations.WatchBizOperationChanges, request)


def statuses(message: Any) -> dict[str, int]:
    return {change.biz_operation_uuid: change.status for change in message.biz_operation_statuses}


def test_each_write_has_a_receipt_of_its_kind(line, lobby):
    given = body(lobby)
    made = [*line.create(given), *line.update(given), *line.delete(given.uuid)]
    kinds = (
        pb.BizOperation.KIND_CREATE_ACCESSES,
        pb.BizOperation.KIND_UPDATE_ACCESSES,
        pb.BizOperation.KIND_DELETE_ACCESSES,
    )
    assert [operation.kind for operation in line.done(made)] == list(kinds)
    assert [operation.uuid for operation in get(line)] == [operation.uuid for operation in made]
    assert all(not operation.errors for operation in get(line))


def test_the_steps_of_an_access_and_of_its_receipt_go_together(line, lobby):
    (uuid,) = left(line, body(lobby))
    operation = BizOperation.objects.filter(id=id_in("uuid", uuid))
    operations._begin(operation)
    assert (operation.get().status, Access.objects.get().status) == (Status.PENDING, Access.Status.CREATING)
    assert operations._end(operation) == []
    assert (operation.get().status, Access.objects.get().status) == (Status.FINISHED, Access.Status.READY)


def test_the_keeper_ends_what_a_server_that_died_had_begun(line, lobby):
    left(line, body(lobby), body(lobby))
    chores.settle_operations(timezone.now())
    assert {operation.status for operation in get(line)} == {Status.FINISHED}
    assert {access.status for access in line.get()} == {pb.Access.STATUS_READY}


def test_the_keeper_leaves_to_the_server_what_it_has_just_begun(line, lobby):
    left(line, body(lobby))
    BizOperation.objects.update(updated_at=timezone.now())
    chores.settle_operations(timezone.now())
    assert {operation.status for operation in get(line)} == {Status.ACCEPTED}


def test_the_keeper_knows_these_chores():
    keeping.discover()
    assert {chores.settle_operations, chores.forget_operations} <= {chore.work for chore in keeping.CHORES}


def test_what_was_deleted_meanwhile_has_failed(line, lobby):
    left(line, body(lobby))
    Access.objects.all().delete()
    chores.settle_operations(timezone.now())
    (operation,) = get(line)
    assert (operation.status, dict(operation.errors)) == (Status.FAILED, {"uuid": "It was deleted meanwhile."})


def test_a_letter_that_does_not_go_is_named_and_the_access_holds(line, lobby, settings):
    settings.EMAIL_BACKEND = "tests.building.accesses.mailing.Down"
    given = body(lobby, guests=[pb.Guest(email="ann@example.com")])
    (operation,) = line.done(line.create(given))
    assert operation.status == Status.FINISHED
    assert "desk" in operation.errors["guests.ann@example.com"]
    assert line.get(given.uuid)[0].status == pb.Access.STATUS_READY
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    (operation,) = line.done(line.update(given))  # which tries it again
    assert (dict(operation.errors), len(mail.outbox)) == ({}, 1)


def test_a_letter_whose_sender_died_is_sent_again_a_minute_later(line, lobby):
    (uuid,) = left(line, body(lobby, guests=[pb.Guest(email="ann@example.com")]))
    began = timezone.now() - timedelta(seconds=30)
    AccessGuest.objects.update(mailing_at=began)
    Invite.objects.update(mailed_at=None)
    mail.outbox.clear()
    operations.settle([id_in("uuid", uuid)])
    assert ([operation.status for operation in get(line)], mail.outbox) == ([Status.PENDING], [])
    AccessGuest.objects.update(mailing_at=began - timedelta(seconds=31))
    operations.settle([id_in("uuid", uuid)])
    assert ([operation.status for operation in get(line)], len(mail.outbox)) == ([Status.FINISHED], 1)


def test_two_that_settle_at_once_send_one_letter(line, lobby):
    (uuid,) = left(line, body(lobby, guests=[pb.Guest(email="ann@example.com")]))
    AccessGuest.objects.update(mailing_at=None)
    Invite.objects.update(mailed_at=None)
    mail.outbox.clear()
    together(*[lambda: operations.settle([id_in("uuid", uuid)])] * 4)
    assert len(mail.outbox) == 1
    assert links.by_token(re.findall(r"/invite/(\S+)", str(mail.outbox[0].body))[0])  # and its link is the last one


# -- watching


def test_a_stream_tells_first_how_things_stand(line, lobby):
    (done,) = line.done(line.create(body(lobby)))
    stream = watch(line, done.uuid)
    assert statuses(next(stream)) == {done.uuid: Status.FINISHED}
    stream.cancel()


def test_a_stream_tells_each_change_until_the_end(line, lobby):
    (uuid,) = left(line, body(lobby))
    stream = watch(line)
    assert statuses(next(stream)) == {uuid: Status.ACCEPTED}
    operations._begin(BizOperation.objects.all())
    assert statuses(next(stream)) == {uuid: Status.PENDING}
    operations.settle([id_in("uuid", uuid)])
    assert statuses(next(stream)) == {uuid: Status.FINISHED}
    (other,) = line.create(body(lobby))
    seen: dict[str, int] = {}
    while seen.get(other.uuid) != Status.FINISHED:
        seen |= statuses(next(stream))
    assert set(seen) == {other.uuid}
    stream.cancel()


def test_a_stream_of_another_organisation_is_denied(line):
    Building.objects.create(name={"en": "Tower"})
    line.slug = "tower"
    with refused(StatusCode.PERMISSION_DENIED):
        next(watch(line))


def test_a_stream_without_a_session_is_refused(stranger):
    with refused(StatusCode.UNAUTHENTICATED):
        next(watch(stranger))


def test_receipts_of_another_organisation_are_not_told(line):
    tower = Building.objects.create(name={"en": "Tower"})
    theirs = BizOperation.objects.create(building=tower, kind=36, subject="")
    assert get(line, uuid_of(theirs.id)) == get(line, str(uuid4())) == []


def test_old_receipts_are_forgotten_and_open_ones_are_not(line, lobby):
    line.done(line.create(body(lobby)))
    long_ago = timezone.now() - timedelta(days=chores.OPERATION_DAYS + 1)
    BizOperation.objects.update(updated_at=long_ago)
    (kept,) = left(line, body(lobby))
    BizOperation.objects.filter(id=id_in("uuid", kept)).update(updated_at=long_ago)
    BizOperation.objects.exclude(id=id_in("uuid", kept)).update(updated_at=long_ago, status=Status.FINISHED)
    chores.forget_operations(timezone.now())
    assert [operation.uuid for operation in get(line)] == [kept]


@pytest.mark.parametrize("uuid", ["", "one", "0b5e7c1e-5f0a"])
def test_a_uuid_that_is_none_is_an_invalid_argument(line, uuid):
    with refused(StatusCode.INVALID_ARGUMENT, "uuids[0]"):
        get(line, uuid)
