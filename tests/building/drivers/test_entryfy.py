"""The Entryfy driver against a whole peer: our own server in another process, over TLS, by a proxy that fails."""

import json
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.building.accesses.peer import Peer
from tests.building.drivers.fault_proxy import FaultProxy
from tests.building.drivers.relay import Relay
from visitor_portal.building.drivers.entryfy import Entryfy
from visitor_portal.building.drivers.entryfy_account import _resting
from visitor_portal.building.drivers.entryfy_tokens import Kept
from visitor_portal.building.drivers.outcome import Driver, Outcome, Wiring

from .test_http import NOW

DRIVER: Driver = Entryfy()


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("peer"), certificate=certificate) as peer:
        yield peer


@pytest.fixture
def proxy(peer: Peer) -> Iterator[FaultProxy]:
    with FaultProxy(peer.port) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def at_home(peer: Peer, tmp_path: Path, settings: Any, vouched_for: None) -> Iterator[None]:
    """A portal of its own, with no tokens yet; the peer's locks work, and nobody is kept from logging in."""
    settings.VAR_DIR = tmp_path
    peer.lock()
    peer.sql("DELETE FROM building_logintry")
    peer.sql("UPDATE building_door SET is_seen_open = NULL")
    yield
    _resting.clear()


def wired(peer: Peer, *, account: str = "", organisation: str = "", **other: Any) -> Wiring:
    address = f"127.0.0.1:{peer.port}"
    name, password = peer.admin
    given = {
        "account": account or address,
        "organisation": organisation or address,
        "tls": True,
        "username": name,
        "password": password,
        "slug": peer.slug,
        "door_uuid": peer.door_uuid,
        "acts_as": "organisation",
    }
    form = Entryfy.Settings(given | other)
    assert form.is_valid(), form.errors
    return Wiring("door_1", form.cleaned_data, 5)


def opened(wiring: Wiring, patience: float = 5) -> Outcome:
    return DRIVER.open(wiring, now=NOW, patience=patience)


def moved(peer: Peer, wiring: Wiring, patience: float = 5) -> tuple[Outcome, int]:
    """What is said of an opening, and how often the lock really moved."""
    before = peer.pulses()
    return opened(wiring, patience), peer.pulses() - before


def sessions(peer: Peer) -> int:
    return int(peer.sql("SELECT COUNT(*) FROM building_accountsession")[0][0])


def kept(tmp_path: Path) -> Path:
    [file] = (tmp_path / "entryfy").glob("*.json")
    return file


# --- what the door says ---


@pytest.mark.parametrize(("contact", "seen"), [("at_once", True), ("none", None)])
def test_the_doors_own_status_confirms(peer, contact, seen):
    peer.lock(contact=contact)
    outcome, pulses = moved(peer, wired(peer))
    assert (outcome.state, pulses) == ("confirmed", 1)
    assert outcome.seen_open in (seen, None)


def test_an_answer_may_be_enough(peer):
    assert moved(peer, wired(peer, proof="answer")) == (Outcome("confirmed"), 1)


@pytest.mark.parametrize(
    ("fault", "state", "pulses"),
    [("refuse", "refused", 0), ("dead", "refused", 0), ("silent", "unknown", 1), ("lost", "unknown", 0)],
)
def test_a_lock_that_fails_there_is_told_as_it_is(peer, fault, state, pulses):
    peer.lock(fault=fault)
    assert moved(peer, wired(peer)) == (Outcome(state), pulses)


def test_a_door_that_is_not_there_is_refused(peer):
    unknown = wired(peer, door_uuid="00000000-0000-4000-8000-000000000000", proof="answer")
    assert moved(peer, unknown) == (Outcome("refused"), 0)


def test_a_user_opens_by_their_own_accesses_alone(peer):
    """The demo's manager is no resident, so there is nothing that they may open as one."""
    assert moved(peer, wired(peer, acts_as="user", proof="answer")) == (Outcome("refused"), 0)


# --- tokens ---


def test_logs_in_once_and_keeps_the_tokens_to_itself(peer, tmp_path):
    before = sessions(peer)
    for _ in range(3):
        assert opened(wired(peer)).state == "confirmed"
    file = kept(tmp_path)
    assert sessions(peer) == before + 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_session_that_ended_there_is_begun_anew_before_anything_is_sent(peer):
    assert opened(wired(peer)).state == "confirmed"
    peer.sql("DELETE FROM building_accountsession")
    assert moved(peer, wired(peer)) == (Outcome("confirmed", True), 1)


def ending_soon(file: Path) -> str:
    """These tokens with an hour left."""
    return json.dumps(json.loads(file.read_text()) | {"ends": int(time.time()) + 3600})


def test_a_token_is_renewed_some_days_before_its_end_without_a_login(peer, tmp_path):
    opened(wired(peer))
    file, tries = kept(tmp_path), peer.sql("SELECT MAX(id) FROM building_accountsession")
    before = json.loads(file.read_text())
    file.write_text(ending_soon(file))
    assert opened(wired(peer)).state == "confirmed"
    after = json.loads(file.read_text())
    assert before["auth"] != after["auth"] and before["reissue"] != after["reissue"]
    assert before["device_uuid"] == after["device_uuid"]
    assert peer.sql("SELECT MAX(id) FROM building_accountsession") == tries


def test_an_early_renewal_may_fail(peer, tmp_path):
    opened(wired(peer))
    away = wired(peer, account="127.0.0.1:1")
    Kept("127.0.0.1:1", peer.admin[0]).path.write_text(ending_soon(kept(tmp_path)))
    assert opened(away).state == "confirmed"


def test_many_at_once_log_in_once(peer):
    before, outcomes = sessions(peer), []
    wiring = wired(peer, proof="answer")
    threads = [
        threading.Thread(target=lambda: outcomes.append(DRIVER.reachable(wiring, patience=7))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes, sessions(peer) - before) == ([True] * 6, 1)


def test_a_wrong_password_is_tried_once_and_then_left_alone(peer, caplog):
    wiring = wired(peer, password="wrong")
    assert [moved(peer, wiring) for _ in range(3)] == [(Outcome("unreached"), 0)] * 3
    assert len(peer.sql("SELECT id FROM building_logintry")) == 1
    assert len(caplog.records) == 1
    assert "wrong" not in caplog.text


# --- a line that fails ---


def test_nobody_there_is_unreached(peer):
    started = time.monotonic()
    assert opened(wired(peer, organisation="127.0.0.1:1")) == Outcome("unreached")
    assert time.monotonic() - started < 3


def test_one_that_says_nothing_is_unreached_in_time(peer):
    started = time.monotonic()
    with Relay(lambda there: there.sleep()) as silent:
        assert opened(wired(peer, organisation=f"127.0.0.1:{silent.port}"), 1) == Outcome("unreached")
    assert time.monotonic() - started < 1.5


def test_one_whom_nobody_vouches_for_is_sent_nothing(peer, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    assert moved(peer, wired(peer)) == (Outcome("unreached"), 0)


def once_sent(peer: Peer, do: Callable[[], object]) -> None:
    """As soon as the peer has told its own lock to open."""
    told = peer.commands()

    def wait() -> None:
        while peer.commands() == told:
            time.sleep(0.02)
        do()

    threading.Thread(target=wait, daemon=True).start()


def test_a_line_cut_while_the_lock_moves_is_a_doubt_and_one_pulse(peer, proxy):
    peer.lock(seconds=1.5)
    before = peer.pulses()
    once_sent(peer, proxy.cut)
    assert opened(wired(peer, organisation=proxy.address)) == Outcome("unknown")
    time.sleep(2)
    assert peer.pulses() - before == 1


def test_an_answer_that_never_comes_is_a_doubt_in_time(peer, proxy):
    peer.lock(seconds=0.8)
    once_sent(peer, lambda: setattr(proxy, "manner", "hold"))
    started = time.monotonic()
    assert opened(wired(peer, organisation=proxy.address), 4) == Outcome("unknown")
    assert 3.5 < time.monotonic() - started < 4.5


def test_a_line_cut_before_anything_was_sent_is_unreached(peer, proxy):
    opened(wired(peer))
    proxy.manner = "cut"
    assert moved(peer, wired(peer, organisation=proxy.address)) == (Outcome("unreached"), 0)


def test_a_peer_that_is_killed_while_the_lock_moves_is_a_doubt(peer):
    peer.lock(seconds=3)
    once_sent(peer, peer.process.kill)
    try:
        assert opened(wired(peer)) == Outcome("unknown")
    finally:
        peer.kill()
        peer.start()
    peer.lock()
    assert opened(wired(peer)).state == "confirmed"


# --- whether it is there, and what it sees ---


def test_is_there_while_its_door_is_online(peer):
    wiring = wired(peer)
    assert DRIVER.reachable(wiring, patience=3)
    peer.lock(fault="dead")
    assert not DRIVER.reachable(wiring, patience=3)
    assert not DRIVER.reachable(wired(peer, organisation="127.0.0.1:1"), patience=3)


def test_holds_and_switches_nothing(peer):
    wiring = wired(peer)
    assert [DRIVER.hold(wiring, True, patience=2), DRIVER.switch(wiring, False, patience=2)] == [
        Outcome("refused")
    ] * 2


def test_hears_its_door_open_and_shut(peer):
    peer.lock(contact="followed")
    peer.sql("UPDATE building_door SET open_seconds = 1")
    heard: list[bool] = []
    stop = threading.Event()
    wiring = wired(peer, contact=True)
    listening = threading.Thread(target=lambda: heard.extend(DRIVER.contact(wiring, seconds=8, stop=stop)))
    listening.start()
    time.sleep(1)
    assert opened(wiring).state == "confirmed"
    time.sleep(3)
    stop.set()
    listening.join(3)
    assert heard == [True, False]
    assert not listening.is_alive()


def test_a_silent_door_says_nothing_and_stops_when_asked(peer):
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    started = time.monotonic()
    assert list(DRIVER.contact(wired(peer, contact=True), seconds=30, stop=stop)) == []
    assert time.monotonic() - started < 3


# --- settings ---


@pytest.mark.parametrize(
    ("field", "value"),
    [("organisation", "https://orgapi.example.com"), ("account", "host"), ("account", "a:70000"), ("door_uuid", "x")],
)
def test_settings_that_cannot_be_right_are_refused(peer, field, value):
    given = dict(wired(peer).settings) | {field: value}
    assert field in Entryfy.Settings(given).errors


@pytest.mark.parametrize(
    ("host", "is_fine"), [("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("10.0.0.9", False)]
)
def test_passwords_go_unencrypted_on_this_computer_alone(peer, host, is_fine):
    given = dict(wired(peer).settings) | {"tls": False, "account": f"{host}:9843", "organisation": f"{host}:9843"}
    assert Entryfy.Settings(given).is_valid() is is_fine
