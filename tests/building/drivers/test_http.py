"""The HTTP driver against a relay on a real socket. Whatever happens, the relay is asked once at most."""

import json
import threading
import time
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest

from tests.building.drivers.relay import Manner, Peer, Relay, answering, http
from visitor_portal.building.drivers.http import Http
from visitor_portal.building.drivers.outcome import Driver, Outcome, Wiring

DRIVER: Driver = Http()
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SHELLY_1 = b'{"ison":true,"has_timer":true,"timer_started":1651665600,"timer_duration":5,"source":"http"}'
OFF, ON = b'{"state":"off"}', b'{"state":"on"}'


def wired(**settings: Any) -> Wiring:
    form = Http.Settings(settings)
    assert form.is_valid(), form.errors
    return Wiring("door_1", form.cleaned_data, 5)


def opened(wiring: Wiring, patience: float = 2) -> str:
    outcome = DRIVER.open(wiring, now=NOW, patience=patience)
    assert outcome.seen_open is None
    return outcome.state


def opened_at(manner: Manner, patience: float = 2, **settings: Any) -> tuple[str, int]:
    """What is said of the opening, and how often the relay was asked."""
    with Relay(manner) as relay:
        return opened(wired(url=relay.url(), **settings), patience), len(relay.requests)


# --- the shapes that devices have ---


def test_opens_a_shelly_of_the_first_generation():
    with Relay(answering(200, SHELLY_1, "Content-Type: application/json")) as relay:
        wiring = wired(url=relay.url(), method="GET", answer_member="ison", answer_value="True")
        assert opened(wiring) == "confirmed"
    [asked] = relay.requests
    assert (asked.method, asked.path, asked.body) == ("GET", "/relay/0?turn=on&timer=5", b"")


def test_opens_a_shelly_of_the_second_generation():
    body = '{"id":0,"on":true,"toggle_after":5}'
    with Relay(answering(200, b'{"was_on":false}', "Content-Type: application/json")) as relay:
        assert opened(wired(url=relay.url("/rpc/Switch.Set"), body=body)) == "confirmed"
    [asked] = relay.requests
    assert (asked.method, asked.path, asked.body.decode()) == ("POST", "/rpc/Switch.Set", body)
    assert asked.headers["content-type"] == "application/json"


def test_opens_by_esphome():
    with Relay(answering(200)) as relay:
        assert opened(wired(url=relay.url("/switch/front_door/turn_on"), method="POST")) == "confirmed"
    [asked] = relay.requests
    assert (asked.method, asked.path, asked.headers["content-length"]) == ("POST", "/switch/front_door/turn_on", "0")


def home_assistant(peer: Peer) -> None:
    asked = peer.read()
    if asked.headers.get("authorization") != "Bearer s3cret":
        return peer.send(http(401, b"401: Unauthorized"))
    if (asked.method, asked.path) == ("GET", "/api/states/binary_sensor.front_door"):
        return peer.send(http(200, b'{"entity_id":"binary_sensor.front_door","state":"on","attributes":{}}'))
    assert (asked.method, json.loads(asked.body)) == ("POST", {"entity_id": "lock.front"})
    return peer.send(http(200, b'[{"entity_id":"lock.front","state":"unlocked","attributes":{}}]'))


@pytest.mark.parametrize(("token", "outcome", "contact"), [("s3cret", "confirmed", [True]), ("old", "refused", [])])
def test_opens_and_hears_by_home_assistant(token, outcome, contact):
    with Relay(home_assistant) as relay:
        wiring = wired(
            url=relay.url("/api/services/lock/unlock"),
            header_name="Authorization",
            header_value=f"Bearer {token}",
            body='{"entity_id":"lock.front"}',
            contact_url=relay.url("/api/states/binary_sensor.front_door"),
        )
        assert opened(wiring) == outcome
        # A word comes as soon as it is there; only silence is waited for to its end.
        heard = DRIVER.contact(wiring, seconds=20 if contact else 0.2, stop=threading.Event())
        assert list(islice(heard, 1)) == contact


# --- what an answer means ---

STATUSES = {
    **dict.fromkeys((200,), "confirmed"),
    **dict.fromkeys((400, 401, 403, 404, 405, 408, 409, 418, 429, 499), "refused"),
    **dict.fromkeys((101, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 500, 502, 503, 504, 599), "unknown"),
}


@pytest.mark.parametrize(("status", "outcome"), STATUSES.items())
def test_a_status_decides(status, outcome):
    assert opened_at(answering(status)) == (outcome, 1)


@pytest.mark.parametrize(("status", "outcome"), [(200, "confirmed"), (204, "confirmed"), (202, "unknown")])
def test_several_statuses_may_be_expected(status, outcome):
    assert opened_at(answering(status), expected_status=" 200,204") == (outcome, 1)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b'{"result":{"relays":[{"ison":true}]}}', "confirmed"),
        (b'{"result":{"relays":[{"ison":" TRUE "}]}}', "confirmed"),
        (b'{"result":{"relays":[{"ison":false}]}}', "unknown"),
        (b'{"result":{"relays":[{"ison":null}]}}', "unknown"),
        (b'{"result":{"relays":[{"ison":{"true":true}}]}}', "unknown"),
        (b'{"result":{"relays":[]}}', "unknown"),
        (b'{"result":"relays"}', "unknown"),
        (b'["result"]', "unknown"),
        (b"true", "unknown"),
        (b'{"result":', "unknown"),
        (b"\xff\xfe", "unknown"),
        (b"", "unknown"),
        (b"[" * 60_000, "unknown"),
        (b'{"result":{"relays":[{"ison":true}]}}' + b" " * 65_536, "unknown"),
    ],
)
def test_a_part_of_the_answer_must_say_so(body, outcome):
    manner = answering(200, body)
    assert opened_at(manner, answer_member="result.relays.0.ison", answer_value="true") == (outcome, 1)


def test_a_packed_answer_is_not_read():
    manner = answering(200, b'{"ison":true}', "Content-Encoding: gzip")
    assert opened_at(manner, answer_member="ison", answer_value="true") == ("unknown", 1)
    assert opened_at(manner) == ("confirmed", 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    with Relay(answering()) as elsewhere:
        assert opened_at(answering(status, b"", f"Location: {elsewhere.url()}")) == ("unknown", 1)
    assert elsewhere.connections == 0


def test_the_environment_names_no_proxy(monkeypatch):
    with Relay(answering()) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        assert opened_at(answering(503)) == ("unknown", 1)
    assert proxy.connections == 0


# --- holding open, lights, whether it is there ---


@pytest.mark.parametrize(
    ("verb", "on", "path"),
    [("hold", True, "/hold"), ("hold", False, "/off"), ("switch", True, "/on"), ("switch", False, "/off")],
)
def test_holds_and_switches_in_the_same_way(verb, on, path):
    with Relay(answering()) as relay:
        urls = {"url": relay.url("/on"), "hold_url": relay.url("/hold"), "off_url": relay.url("/off")}
        wiring = wired(
            **urls, method="PUT", header_name="X-Key", header_value="k", body="{}", content_type="text/json"
        )
        assert getattr(DRIVER, verb)(wiring, on, patience=2) == Outcome("confirmed")
    [asked] = relay.requests
    sent = (asked.method, asked.path, asked.headers["x-key"], asked.headers["content-type"], asked.body)
    assert sent == ("PUT", path, "k", "text/json", b"{}")


def test_turning_off_is_not_asked_to_say_that_it_is_on():
    with Relay(answering(200, b'{"ison":false}')) as relay:
        wiring = wired(url=relay.url(), off_url=relay.url("/off"), answer_member="ison", answer_value="true")
        assert DRIVER.switch(wiring, False, patience=2) == Outcome("confirmed")
        assert DRIVER.switch(wiring, True, patience=2) == Outcome("unknown")


def test_refuses_what_it_has_no_address_for():
    with Relay(answering()) as relay:
        wiring = wired(url=relay.url())
        done = [DRIVER.hold(wiring, True, patience=2), DRIVER.hold(wiring, False, patience=2)]
        assert [*done, DRIVER.switch(wiring, False, patience=2)] == [Outcome("refused")] * 3
    assert relay.connections == 0


def test_asks_for_nothing_to_see_whether_it_is_there():
    with Relay(answering()) as relay:
        wiring = wired(url=relay.url(), method="GET")
        assert DRIVER.reachable(wiring, patience=2)
    assert relay.requests == []
    assert not DRIVER.reachable(wiring, patience=2)


@pytest.mark.parametrize(("status", "there"), [(200, True), (302, True), (404, True), (500, False), (503, False)])
def test_is_there_when_its_contact_answers(status, there):
    with Relay(answering(status)) as relay:
        wiring = wired(url="http://127.0.0.1:1/", contact_url=relay.url("/contact"))
        assert DRIVER.reachable(wiring, patience=2) is there
    assert [asked.path for asked in relay.requests] == ["/contact"]


def test_a_silent_one_is_not_there():
    started = time.monotonic()
    with Relay(lambda peer: peer.sleep()) as relay:
        assert not DRIVER.reachable(wired(url=relay.url(), contact_url=relay.url()), patience=0.3)
    assert time.monotonic() - started < 2


def test_says_nothing_of_a_door_that_stands_open():
    assert DRIVER.open_until(wired(url="http://relay/"), now=NOW) is None


def test_settings_from_before_a_field_existed_do():
    with Relay(answering()) as relay:
        assert opened(Wiring("door_1", {"url": relay.url()}, 5)) == "confirmed"


# --- many at once ---


def test_many_at_once_do_not_mix():
    outcomes: dict[int, str] = {}

    def one(number: int) -> None:
        body = f'{{"number":{number}}}'
        wiring = wired(url=relay.url(), body=body, answer_member="number", answer_value=str(number))
        outcomes[number] = opened(wiring, 5)

    def echo(peer: Peer) -> None:
        peer.send(http(200, peer.read().body))

    with Relay(echo) as relay:
        threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes == dict.fromkeys(range(20), "confirmed")
    assert sorted(json.loads(asked.body)["number"] for asked in relay.requests) == list(range(20))


def test_writes_no_secret_to_the_log(caplog):
    caplog.set_level("DEBUG")
    for status in (200, 500):
        assert opened_at(answering(status), header_name="Authorization", header_value="Bearer s3cret")[1] == 1
    assert "s3cret" not in caplog.text
