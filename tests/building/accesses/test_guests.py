"""Guests of an access made over gRPC: a link each, by letter, that opens what the access opens and ends with it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from grpc import StatusCode

from tests.building.accesses.line import at, body, invites_of, refused, row, users
from tests.building.admin import forms
from visitor_portal.building import chores, invites, links
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.executing import Tap, execute
from visitor_portal.building.models import Access, AccessDoor, Building, Door, Invite, Resident
from visitor_portal.building.models.ids import new_secret
from visitor_portal.building.refusals import Refusal

ANN, BEN = pb.Guest(email="ann@example.com", first_name="Ann", last_name="Lee"), pb.Guest(email="ben@example.com")


@pytest.fixture
def carol(server: str, building: Building) -> Resident:
    return Resident.objects.create(
        building=building, name="Carol", email="carol@example.com", key_hash=new_secret("resident")
    )


@pytest.fixture(autouse=True)
def unhurried(door: Door) -> None:
    Building.objects.update(min_interval_ms=0)


def link_to(address: str) -> Invite:
    """By the link in the last letter to this address."""
    letters = [letter for letter in mail.outbox if letter.to == [address]]
    token = re.search(r"/invite/(\S+)", str(letters[-1].body))
    invite = links.by_token(token[1]) if token else None
    assert invite
    return invite


def tap(invite: Invite) -> str:
    """Empty when the door opened, else why not."""
    invite = links.as_now(invite.id)
    try:
        execute(Tap(invite, invites.grants(invite)[0]), now=timezone.now())
    except Refusal as refusal:
        return refusal.code
    return ""


def written(line: Any, given: Any, write: str = "create") -> Any:
    line.done(getattr(line, write)(given))
    return given


def test_a_guest_gets_a_link_that_opens_the_door(line, lobby):
    given = written(line, body(lobby, name="Dinner", guests=[ANN]))
    invite = link_to("ann@example.com")
    assert (invite.name, invite.contact_name, invite.access) == ("Dinner", "Ann Lee", row(given.uuid))
    assert tap(invite) == ""


def test_several_guests_get_one_each_and_the_client_sees_one_access(line, lobby):
    given = written(line, body(lobby, guests=[ANN, BEN]))
    assert sorted(letter.to for letter in mail.outbox) == [["ann@example.com"], ["ben@example.com"]]
    assert [tap(link_to(guest.email)) for guest in (ANN, BEN)] == ["", ""]
    assert [found.uuid for found in line.get()] == [given.uuid]


def test_users_keep_their_right_beside_a_guest(line, lobby, carol):
    given = written(line, body(lobby, guests=[ANN], users=users(uuid_of(carol.id))))
    assert link_to("ann@example.com").access != row(given.uuid)
    assert not Invite.objects.filter(access=row(given.uuid)).exists()
    assert tap(link_to("ann@example.com")) == ""


@pytest.mark.parametrize(("asked", "letters"), [(True, ["carol@example.com"]), (False, [])])
def test_users_get_a_link_when_they_are_to_be_welcomed(line, lobby, carol, asked, letters):
    written(line, body(lobby, users=users(uuid_of(carol.id)), welcome_email_required=asked))
    assert [letter.to[0] for letter in mail.outbox] == letters


def test_deleted_over_grpc_every_link_of_it_is_revoked(line, lobby):
    given = written(line, body(lobby, guests=[ANN, BEN]))
    opened = [link_to(guest.email) for guest in (ANN, BEN)]
    line.delete(given.uuid)
    assert [tap(invite) for invite in opened] == ["invite_revoked", "invite_revoked"]


def test_deleted_at_the_desk_its_copies_go_too(line, lobby):
    given = written(line, body(lobby, guests=[ANN, BEN]))
    row(given.uuid).delete()
    assert not Invite.objects.exists()
    assert not Access.objects.exists()


def test_revoked_at_the_desk_it_stays_so_whatever_a_client_repeats(line, lobby):
    given = written(line, body(lobby, guests=[ANN]))
    invite = link_to("ann@example.com")
    invites.revoke(invite, timezone.now())
    written(line, given, "update")
    assert tap(invite) == "invite_revoked"
    assert len(mail.outbox) == 1


def test_an_update_changes_what_every_guest_may(line, lobby, door):
    given = written(line, body(lobby, guests=[ANN, BEN]))
    given.valid_to.CopyFrom(at(timezone.now() - timedelta(minutes=1)))
    written(line, given, "update")
    assert {tap(invite) for invite in invites_of(given.uuid)} == {"invite_expired"}
    assert len(mail.outbox) == 2  # nobody is sent another link


def test_a_guest_who_is_left_out_is_let_go_and_one_who_is_new_gets_a_link(line, lobby):
    given = written(line, body(lobby, guests=[ANN]))
    gone = link_to("ann@example.com")
    del given.guests[:]
    given.guests.append(BEN)
    written(line, given, "update")
    assert (tap(gone), tap(link_to("ben@example.com"))) == ("invite_revoked", "")
    given.guests.append(ANN)
    written(line, given, "update")
    assert link_to("ann@example.com") != gone
    assert tap(link_to("ann@example.com")) == ""


def test_users_who_come_to_a_guests_access_open_too(line, lobby, door, carol):
    given = written(line, body(lobby, guests=[ANN]))
    given.users.append(pb.AccessUserContainer(user_uuid=uuid_of(carol.id)))
    written(line, given, "update")
    assert not Invite.objects.filter(access=row(given.uuid)).exists()
    assert tap(link_to("ann@example.com")) == ""
    assert [way.doors.get().door for way in carol.accesses.get().access.__class__.objects.all()] == [door, door]


def test_at_its_end_the_keeper_takes_it_off_the_doors(line, lobby):
    soon = timezone.now() + timedelta(hours=1)
    fields = {"kind": pb.Access.KIND_TEMPORARY, "valid_to": at(soon)}
    given = written(line, body(lobby, guests=[ANN, BEN], **fields))
    chores.end_accesses(soon)
    assert set(Access.objects.values_list("status", flat=True)) == {Access.Status.DELETED}
    assert tap(link_to("ben@example.com")) == "invite_expired"
    assert line.get() == []
    assert line.get(given.uuid)[0].status == pb.Access.STATUS_DELETED


def test_the_desks_own_invites_are_told_but_not_written(line, lobby, door):
    access = Access.objects.create(building=door.building, name="Dinner")
    AccessDoor.objects.create(access=access, door=door, in_auth_types=["REMOTE"])
    invite, _ = invites.issue(access)
    assert [found.name for found in line.get()] == ["Dinner"]
    with refused(StatusCode.INVALID_ARGUMENT, "made at the desk"):
        line.update(body(lobby, uuid=uuid_of(access.id)))
    line.delete(uuid_of(access.id))
    assert tap(invite) == "invite_revoked"


def test_guests_need_doors(line):
    with refused(StatusCode.INVALID_ARGUMENT, "access_bodies[0].guests"):
        line.create(body(guests=[ANN]))


def test_a_change_at_the_desk_changes_what_every_guest_may(line, lobby, admin_client):
    given = written(line, body(lobby, guests=[ANN, BEN]))
    page = f"/admin/building/access/{row(given.uuid).id}/change/"
    forms.send(admin_client, page, valid_to_0="2026-01-01", valid_to_1="00:00:00")
    assert {tap(invite) for invite in invites_of(given.uuid)} == {"invite_expired"}


def test_what_is_over_is_forgotten_with_all_its_copies(line, lobby):
    given = written(line, body(lobby, guests=[ANN, BEN]))
    line.delete(given.uuid)
    chores.purge(timezone.now() + timedelta(days=chores.INVITE_DAYS, hours=1))
    assert not Access.objects.exists()
    assert not Invite.objects.exists()
    assert line.get(given.uuid) == []
