"""Invites as temporary accesses of an Entryfy organisation: there while they hold, and gone when they do not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.building.accesses.peer import Peer
from visitor_portal.building.accesses.wire import id_of
from visitor_portal.building.drivers import entryfy_accesses, entryfy_push
from visitor_portal.building.drivers.entryfy import Entryfy
from visitor_portal.building.drivers.entryfy_push import names_of, push_invites
from visitor_portal.building.models import Access, AccessDoor, Building, Door, Invite, Opener
from visitor_portal.building.models.ids import hashed, new_secret

NINE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:nine\r\nDTSTAMP:20260101T000000Z\r\n" + (
    "DTSTART:20260105T090000\r\nDTEND:20260105T170000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
LATER = datetime(2031, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("pushed")) as peer:
        yield peer


@pytest.fixture
def opener(peer: Peer, building: Building, settings: Any, tmp_path: Path) -> Iterator[Opener]:
    """A door of ours that hangs on the peer's first one."""
    settings.VAR_DIR = tmp_path
    peer.sql("DELETE FROM building_logintry")
    opener = Opener(door=Door.objects.create(building=building, name={"en": "Lobby"}), driver="entryfy")
    keep(opener, peer)
    yield opener
    entryfy_push._stopped.clear()


def keep(opener: Opener, peer: Peer, **other: Any) -> None:
    address, (name, password) = f"127.0.0.1:{peer.port}", peer.admin
    given = {"account": address, "organisation": address, "username": name, "password": password, "push": True}
    form = Entryfy.Settings(given | {"slug": peer.slug, "door_uuid": peer.door_uuid} | other)
    assert form.is_valid(), form.errors
    opener.keep(form.cleaned_data | {"tls": False}, Entryfy.secrets)
    opener.save()


def invited(opener: Opener, types: tuple[str, ...] = ("CARD", "REMOTE"), **fields: Any) -> AccessDoor:
    """An invite's row for the door of this opener."""
    times = {"valid_from": timezone.now() - timedelta(days=1), "valid_to": LATER}
    of_access = {name: fields.pop(name) for name in ("valid_to", "schedule", "status") if name in fields}
    access = Access.objects.create(
        building=opener.door.building, name="Dinner", kind="temporary", **times | of_access
    )
    Invite.objects.create(access=access, token_hash=hashed(new_secret("invite")), name="Dinner", **fields)
    return AccessDoor.objects.create(access=access, door=opener.door, in_auth_types=list(types))


def there(peer: Peer, row: AccessDoor) -> dict[str, Any]:
    """The access as the peer has it; empty when it has none."""
    ids = [id_of(name) for name in names_of(peer.slug, row)]
    columns = "kind, status, valid_to, schedule, in_auth_types, door_id"
    found = peer.sql(
        f"SELECT {columns} FROM building_access a JOIN building_accessdoor d ON d.access_id = a.id "
        "WHERE a.id IN (?, ?, ?, ?, ?) AND a.status != 'deleted'",
        *ids,
    )
    return dict(zip(columns.split(", "), found[0], strict=True)) if found else {}


@pytest.mark.parametrize("layout", ["published", "documented"])
def test_an_invite_is_an_access_there_in_either_layout(peer: Peer, opener: Opener, layout: str):
    keep(opener, peer, layout=layout)
    row = invited(opener, schedule=NINE)
    push_invites(timezone.now())
    found = there(peer, row)
    assert (found["kind"], found["status"], found["in_auth_types"]) == ("temporary", "ready", '["CARD", "REMOTE"]')
    assert found["valid_to"].startswith("2031-05-04 12:00:00")
    assert "FREQ=WEEKLY" in found["schedule"]


def test_a_second_round_changes_nothing(peer: Peer, opener: Opener):
    row = invited(opener)
    push_invites(timezone.now())
    before = peer.sql("SELECT COUNT(*) FROM building_bizoperation")
    push_invites(timezone.now())
    assert there(peer, row)
    assert peer.sql("SELECT COUNT(*) FROM building_bizoperation") == before


def test_a_new_window_is_the_window_there(peer: Peer, opener: Opener):
    row = invited(opener)
    push_invites(timezone.now())
    Access.objects.filter(id=row.access_id).update(valid_to=LATER + timedelta(days=1))
    push_invites(timezone.now())
    assert there(peer, row)["valid_to"].startswith("2031-05-05")


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"is_enabled": False}, {"max_uses": 1}])
def test_what_holds_no_longer_is_taken_away(peer: Peer, opener: Opener, change: dict[str, Any]):
    row = invited(opener)
    push_invites(timezone.now())
    assert there(peer, row)
    Invite.objects.update(**change)
    push_invites(timezone.now())
    assert there(peer, row) == {}


def test_what_is_switched_on_again_is_there_again(peer: Peer, opener: Opener):
    row = invited(opener)
    for is_enabled in (True, False, True, False, True):
        Invite.objects.update(is_enabled=is_enabled)
        push_invites(timezone.now())
        assert bool(there(peer, row)) is is_enabled


@pytest.mark.parametrize(
    "limit",
    [{"max_uses": 3}, {"require_verified_phone": True, "contact_phone": "+351912345678"}, {"status": "deleted"}],
)
def test_a_limit_that_entryfy_does_not_know_keeps_an_invite_here(peer: Peer, opener: Opener, limit: dict[str, Any]):
    row = invited(opener, **limit)
    push_invites(timezone.now())
    assert there(peer, row) == {}


def test_the_houses_hours_keep_an_invite_here_unless_it_is_exempt(peer: Peer, opener: Opener):
    Building.objects.update(curfew_windows=[{"start": "23:00", "end": "05:59"}])
    bound, exempt = invited(opener), invited(opener, curfew_exempt=True)
    push_invites(timezone.now())
    assert there(peer, bound) == {}
    assert there(peer, exempt)


def test_what_is_read_back_as_something_else_is_deleted_and_ends_it(
    peer: Peer, opener: Opener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Here it is the peer that writes something else than it was told: its trigger moves each window."""
    peer.sql(
        "CREATE TRIGGER moves AFTER INSERT ON building_access WHEN NEW.kind = 'temporary' BEGIN "
        "UPDATE building_access SET valid_to = '2040-01-01 00:00:00' WHERE id = NEW.id; END"
    )
    first = invited(opener)
    push_invites(timezone.now())
    peer.sql("DROP TRIGGER moves")
    second = invited(opener)
    push_invites(timezone.now())
    assert there(peer, first) == there(peer, second) == {}
    assert "something else" in caplog.text
    keep(opener, peer, layout="documented")  # the manager looked at it
    push_invites(timezone.now())
    assert there(peer, first) and there(peer, second)


def test_nothing_is_pushed_where_nobody_asked_for_it(peer: Peer, opener: Opener):
    keep(opener, peer, push=False)
    row = invited(opener)
    push_invites(timezone.now())
    assert there(peer, row) == {}


def test_a_peer_that_is_away_is_tried_again(peer: Peer, opener: Opener, caplog: pytest.LogCaptureFixture):
    keep(opener, peer, organisation="127.0.0.1:1")
    row = invited(opener)
    push_invites(timezone.now())
    assert "could not be pushed" in caplog.text
    keep(opener, peer)
    push_invites(timezone.now())
    assert there(peer, row)


@pytest.mark.parametrize(
    ("examples", "spelt"),
    [([], "AUTH_TYPE_CARD"), (["AUTH_TYPE_PIN"], "AUTH_TYPE_CARD"), (["pin"], "card"), (["PIN"], "CARD")],
)
def test_auth_types_are_spelt_as_the_organisation_does(examples: list[str], spelt: str):
    assert entryfy_accesses._like(examples)("CARD") == spelt
