"""`manage.py entryfy_discover` at a whole peer: what it lists is what an opener needs."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.building.accesses.peer import Peer
from visitor_portal.building.drivers.entryfy import Entryfy
from visitor_portal.building.drivers.entryfy_account import _resting
from visitor_portal.building.models import Door, Opener


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("discovered")) as peer:
        yield peer


@pytest.fixture(autouse=True)
def at_home(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    yield
    _resting.clear()


def discovered(peer: Peer, monkeypatch: pytest.MonkeyPatch, *more: str, password: str = "", port: int = 0) -> str:
    name, secret = peer.admin
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password or secret}\n"))
    address, out = f"127.0.0.1:{port or peer.port}", io.StringIO()
    login = ("--account", address, "--organisation", address, "--username", name, "--slug", peer.slug)
    call_command("entryfy_discover", *login, "--no-tls", *more, stdout=out)
    return out.getvalue()


def test_lists_doors_and_what_to_write_down(peer: Peer, monkeypatch: pytest.MonkeyPatch):
    text = discovered(peer, monkeypatch)
    assert "Harbour House" in text and "AUTH_TYPE_REMOTE" in text
    for name, uuid in peer.doors.items():
        assert f"  {name}: online\n    door {uuid}" in text
    assert peer.admin[1] not in text


def test_programs_get_json(peer: Peer, monkeypatch: pytest.MonkeyPatch):
    told = json.loads(discovered(peer, monkeypatch, "--json"))
    assert {door["name"]: door["uuid"] for door in told["doors"]} == peer.doors
    assert told["settings"]["slug"] == peer.slug and "password" not in told["settings"]


def test_a_wrong_password_and_nobody_there_are_told_in_a_sentence(peer: Peer, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(CommandError, match="does not take"):
        discovered(peer, monkeypatch, password="wrong")
    with pytest.raises(CommandError, match="no way"):
        discovered(peer, monkeypatch, port=1)


def test_says_what_is_missing():
    with pytest.raises(CommandError, match="Missing: account"):
        call_command("entryfy_discover", "--slug", "x")


def test_takes_the_login_of_an_opener(peer: Peer, door: Door):
    address, (name, password) = f"127.0.0.1:{peer.port}", peer.admin
    login = {"account": address, "organisation": address, "username": name, "password": password, "slug": peer.slug}
    opener = Opener(door=door, driver="entryfy")
    opener.keep(login | {"tls": False, "door_uuid": peer.door_uuid}, Entryfy.secrets)
    opener.save()
    out = io.StringIO()
    call_command("entryfy_discover", "--opener", str(opener.pk), stdout=out)
    assert peer.door_uuid in out.getvalue() and password not in out.getvalue()
    with pytest.raises(CommandError, match="no opener"):
        call_command("entryfy_discover", "--opener", "999999")
