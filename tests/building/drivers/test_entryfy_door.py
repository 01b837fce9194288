"""A door of ours that hangs on an Entryfy organisation: what our own rules allow is done there, once, or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.building.accesses.peer import Peer
from tests.building.conftest import pulses
from tests.conftest import Person, person
from visitor_portal.building import contacts, reach
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.drivers.entryfy import Entryfy
from visitor_portal.building.models import Building, Door, Opener
from visitor_portal.building.refusals import Refusal


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("there")) as peer:
        yield peer


@pytest.fixture
def hung(peer: Peer, building: Building, settings: Any, tmp_path: Path) -> Iterator[Door]:
    """The peer's door first, and a lock of our own behind it."""
    settings.VAR_DIR = tmp_path
    peer.lock()
    peer.sql("DELETE FROM building_logintry")
    door = Door.objects.create(building=building, name={"en": "Lobby"})
    keep(Opener(door=door, driver="entryfy", position=1), peer)
    Opener.objects.create(door=door, position=2)
    yield door
    contacts.stop()


def keep(opener: Opener, peer: Peer, **other: Any) -> None:
    address, (name, password) = f"127.0.0.1:{peer.port}", peer.admin
    login = {"account": address, "organisation": address, "username": name, "password": password, "slug": peer.slug}
    form = Entryfy.Settings(login | {"door_uuid": peer.door_uuid, "acts_as": "organisation"} | other)
    assert form.is_valid(), form.errors
    opener.keep(form.cleaned_data | {"tls": False}, Entryfy.secrets)
    opener.save()


@pytest.fixture
def alice(building: Building, hung: Door) -> Person:
    return person(building, "Alice", doors=(hung,))


def opened(door: Door, who: Person) -> str:
    return open_door(door, Terms(portal=None, resident=who.resident), now=timezone.now()).state


def test_what_we_allow_is_opened_there(peer: Peer, hung: Door, alice: Person):
    before = peer.pulses()
    assert opened(hung, alice) == "confirmed"
    assert (peer.pulses() - before, pulses()) == (1, 0)
    assert reach.reachable(hung)


def test_what_we_refuse_is_not_asked_for_there(peer: Peer, hung: Door, alice: Person, mallory: Person):
    before = peer.commands()
    with pytest.raises(Refusal, match="wrong_role"):
        opened(hung, mallory)
    assert peer.commands() == before


def test_our_own_lock_helps_where_nothing_got_there(peer: Peer, hung: Door, alice: Person):
    keep(hung.openers.get(position=1), peer, organisation="127.0.0.1:1")
    assert opened(hung, alice) == "confirmed"
    assert pulses() == 1


@pytest.mark.parametrize("fault", ["refuse", "silent"])
def test_nothing_else_is_tried_after_a_no_or_a_doubt(peer: Peer, hung: Door, alice: Person, fault: str):
    peer.lock(fault=fault)
    with pytest.raises(Refusal, match="door_unreachable"):
        opened(hung, alice)
    assert pulses() == 0


def test_the_password_is_not_in_the_database(hung: Door, peer: Peer):
    opener = hung.openers.get(position=1)
    assert peer.admin[1] not in f"{opener.settings} {opener.sealed}"
