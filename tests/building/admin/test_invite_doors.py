"""The doors of an invite at the desk, in the order in which the guest passes them."""

import pytest

from visitor_portal.building import invites
from visitor_portal.building.models import Door, Invite

from .forms import errors, read, send
from .invite_pages import add, page


@pytest.fixture
def garage(door) -> Door:
    return Door.objects.create(building=door.building, name={"en": "Garage"})


def names(invite) -> list[str]:
    return [str(grant.door) for grant in invites.grants(invite)]


@pytest.mark.parametrize(
    ("order", "said"),
    [("garage, Lobby", ["Garage", "Lobby"]), ("Lobby", ["Lobby", "Garage"]), ("Garage", ["Garage", "Lobby"])],
)
def test_doors_are_in_the_order_that_is_written(desk, door, garage, order, said):
    add(desk, door, doors=[door.id, garage.id], order=order)
    assert names(Invite.objects.get()) == said


def test_the_order_can_be_changed_and_each_grant_keeps_its_id(desk, invite, garage):
    send(desk, page(invite), doors=[invite.access.doors.get().door_id, garage.id])
    before = dict(invite.access.doors.values_list("door", "grant_id"))
    assert read(desk, page(invite)).sent["order"] == "Lobby, Garage"
    send(desk, page(invite), order="Garage, Lobby")
    assert names(invite) == ["Garage", "Lobby"]
    assert dict(invite.access.doors.values_list("door", "grant_id")) == before


def test_a_door_that_is_not_ticked_any_more_may_stay_in_the_order(desk, invite, garage):
    send(desk, page(invite), doors=[invite.access.doors.get().door_id, garage.id], order="Garage, Lobby")
    assert send(desk, page(invite), doors=[garage.id]).status_code == 302
    assert names(invite) == ["Garage"]


def test_what_is_no_door_is_said(desk, door):
    assert errors(add(desk, door, order="Attic"))["order"] == ["“Attic” is no door of this building."]
    Door.objects.create(building=door.building, name=door.name)
    assert errors(add(desk, door, order="Lobby"))["order"] == ["“Lobby” is more than one door: write the id."]
