"""The MQTT driver against a real Mosquitto and a device on it. A command is published once at most."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from paho.mqtt import publish

from tests.building.drivers.broker import Broker, Device, mosquitto, obeying
from tests.services.programs import found
from visitor_portal.building.drivers import outside
from visitor_portal.building.drivers.mqtt import Mqtt
from visitor_portal.building.drivers.outcome import Driver, Outcome, Wiring

DRIVER: Driver = Mqtt()
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def wired(broker: Broker | int, base: str, **settings: Any) -> Wiring:
    port = broker if isinstance(broker, int) else broker.port
    topics = {"command_topic": f"{base}/command", "state_topic": f"{base}/state"}
    form = Mqtt.Settings({"host": "127.0.0.1", "port": port} | topics | settings)
    assert form.is_valid(), form.errors
    return Wiring("door_1", form.cleaned_data, 5)


def opened(wiring: Wiring, patience: float = 2) -> str:
    outcome = DRIVER.open(wiring, now=NOW, patience=patience)
    assert outcome.seen_open is None
    return outcome.state


def silent(device: Device, payload: str) -> None:
    pass


# --- the thing itself says that it did it ---


def test_opens_and_the_device_says_so(broker, base):
    with Device(broker.port, base, obeying) as device:
        assert opened(wired(broker, base)) == "confirmed"
        assert device.commands == [("ON", False)]


def test_opens_by_tasmota(broker, base):
    def pulse(device: Device, payload: str) -> None:
        device.publish("state", "ON")
        device.publish("state", "OFF")

    with Device(broker.port, base, pulse) as device:
        assert opened(wired(broker, base, availability_topic=f"{base}/availability")) == "confirmed"
        assert device.commands == [("ON", False)]


def test_opens_by_zigbee2mqtt(broker, base):
    def answer(device: Device, payload: str) -> None:
        device.publish("state", '{"state":"UNLOCK","lock_state":"unlocked","battery":91}')

    with Device(broker.port, base, answer) as device:
        device.settled("availability", '{"state":"online"}')
        settings = {"payload_on": '{"state":"UNLOCK"}', "state_member": "state", "state_on": "unlock"}
        assert opened(wired(broker, base, availability_topic=f"{base}/availability", **settings)) == "confirmed"
        assert device.commands == [('{"state":"UNLOCK"}', False)]


def test_the_deadline_is_that_of_the_settings_or_of_the_caller(broker, base):
    with Device(broker.port, base, silent) as device:
        for seconds, patience in ((1, 5), (7, 0.4)):
            started = time.monotonic()
            assert opened(wired(broker, base, seconds=seconds), patience) == "unknown"
            assert min(seconds, patience) - 0.05 < time.monotonic() - started < min(seconds, patience) + 0.3
        assert len(device.commands) == 2


# --- everything else after the command is a doubt ---


def test_what_the_broker_kept_confirms_nothing(broker, base):
    with Device(broker.port, base, silent) as device:
        device.settled("state", "ON")
        assert opened(wired(broker, base), 0.3) == "unknown"
        assert device.commands == [("ON", False)]


def test_another_state_is_no_confirmation(broker, base):
    def wrong(device: Device, payload: str) -> None:
        for said in ("OFF", "", "ONE", "null", '{"state":"ON"}', "x" * 70_000):
            device.publish("state", said)

    with Device(broker.port, base, wrong) as device:
        assert opened(wired(broker, base), 0.4) == "unknown"
        assert device.commands == [("ON", False)]


def test_a_part_of_the_state_must_say_so(broker, base):
    def wrong(device: Device, payload: str) -> None:
        for said in ("ON", '{"state":"OFF"}', '{"other":"ON"}', "{", f'{{"state":"ON","x":"{"x" * 70_000}"}}'):
            device.publish("state", said)

    with Device(broker.port, base, wrong) as device:
        assert opened(wired(broker, base, state_member="state"), 0.4) == "unknown"
        assert device.commands == [("ON", False)]


def test_a_device_that_dies_of_it_is_unknown_at_once(broker, base):
    with Device(broker.port, base, lambda device, payload: device.die()) as device:
        started = time.monotonic()
        assert opened(wired(broker, base, availability_topic=f"{base}/availability"), 5) == "unknown"
        assert time.monotonic() - started < 1
        assert len(device.commands) == 1


def test_nobody_there_is_unknown(broker, base):
    assert opened(wired(broker, base), 0.3) == "unknown"


def test_a_broker_that_is_killed_in_between_is_unknown(tmp_path, base):
    with mosquitto(tmp_path) as broker:
        with Device(broker.port, base, lambda device, payload: broker.process.kill()) as device:
            started = time.monotonic()
            assert opened(wired(broker, base), 5) == "unknown"
            assert time.monotonic() - started < 1
            assert device.commands == [("ON", False)]
        assert opened(wired(broker, base)) == "unreached"


# --- never later, never twice ---


def test_a_device_that_was_away_gets_no_command_when_it_comes_back(broker, base):
    """The broker keeps its session, and what was sent with QoS 1 for it: that would open a door at any later time."""
    with Device(broker.port, base, obeying, keep=base):
        pass
    assert opened(wired(broker, base), 0.3) == "unknown"
    publish.single(f"{base}/command", "WITH QOS 1", qos=1, port=broker.port)
    with Device(broker.port, base, obeying, keep=base) as device:
        assert device.told.wait(5)
        time.sleep(0.1)
        assert device.commands == [("WITH QOS 1", False)]


def test_the_broker_keeps_no_command(broker, base):
    assert opened(wired(broker, base), 0.3) == "unknown"
    with Device(broker.port, base, obeying) as device:
        time.sleep(0.1)
        assert device.commands == []


# --- surely nothing was sent ---


@pytest.mark.parametrize(
    ("said", "settings"),
    [("Offline", {}), ("offline", {}), ('{"state":"offline"}', {}), ("dead", {"payload_offline": "Dead"})],
)
def test_a_device_that_is_offline_is_unreached(broker, base, said, settings):
    with Device(broker.port, base, obeying) as device:
        device.settled("availability", said)
        wiring = wired(broker, base, availability_topic=f"{base}/availability", **settings)
        assert opened(wiring) == "unreached"
        assert not DRIVER.reachable(wiring, patience=2)
        assert device.commands == []


def test_a_last_will_of_earlier_is_unreached(broker, base):
    with Device(broker.port, base, obeying) as device:
        device.die()
        time.sleep(0.1)
        assert opened(wired(broker, base, availability_topic=f"{base}/availability")) == "unreached"


def test_a_device_of_which_nothing_is_said_is_asked(broker, base):
    with Device(broker.port, base, obeying):
        assert opened(wired(broker, base, availability_topic=f"{base}/nothing")) == "confirmed"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Asks for a password, and lets nobody read or write what is `hidden`."""
    folder = tmp_path_factory.mktemp("guarded")
    names = folder / "names"
    command = [found("mosquitto_passwd"), "-b", "-c", str(names), "portal", "s3cret"]
    subprocess.run(command, check=True, capture_output=True)
    rules = folder / "rules"
    rules.write_text("pattern readwrite doors/#\n")
    lines = f"password_file {names}", f"acl_file {rules}"
    with mosquitto(folder, *lines, anonymous=False) as broker:
        yield broker


@pytest.mark.parametrize(
    ("login", "outcome"),
    [
        ({"username": "portal", "password": "s3cret"}, "confirmed"),
        ({"username": "portal", "password": "wrong"}, "unreached"),
        ({"username": "portal"}, "unreached"),
        ({"username": "nobody", "password": "s3cret"}, "unreached"),
        ({}, "unreached"),
    ],
)
def test_the_broker_wants_the_right_password(guarded, base, login, outcome):
    with Device(guarded.port, base, obeying, username="portal", password="s3cret") as device:
        wiring = wired(guarded, base, **login)
        assert opened(wiring) == outcome
        assert DRIVER.reachable(wiring, patience=2) is (outcome == "confirmed")
        assert len(device.commands) == (outcome == "confirmed")


def test_a_command_that_the_broker_does_not_pass_on_is_unknown(guarded, base):
    login: dict[str, Any] = {"username": "portal", "password": "s3cret"}
    with Device(guarded.port, base, obeying, **login) as device:
        assert opened(wired(guarded, base, command_topic=f"hidden/{base}", **login), 0.3) == "unknown"
        assert device.commands == []


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # by paho, of a connection whose handshake failed
def test_opens_through_an_encrypted_line(tmp_path, base, certificate, vouched_for):
    lines = f"certfile {certificate}", f"keyfile {certificate}"
    with mosquitto(tmp_path, *lines) as broker, Device(broker.port, base, obeying, tls=True) as device:
        device.settled("contact", "ON")
        wiring = wired(broker, base, tls=True, contact_topic=f"{base}/contact")
        assert opened(wiring) == "confirmed"
        assert opened(wired(broker, base)) == "unreached"
        assert next(DRIVER.contact(wiring, seconds=1, stop=threading.Event())) is True
        outside.trusted.cache_clear()
        os.environ.pop("SSL_CERT_FILE")
        assert opened(wiring) == "unreached"
        assert device.commands == [("ON", False)]


# --- holding open, lights, whether it is there ---


@pytest.mark.parametrize(
    ("verb", "on", "sent"),
    [("hold", True, "HOLD"), ("hold", False, "OFF"), ("switch", True, "ON"), ("switch", False, "OFF")],
)
def test_holds_and_switches(broker, base, verb, on, sent):
    def relay(device: Device, payload: str) -> None:
        device.publish("state", "OFF" if payload == "OFF" else "ON")

    with Device(broker.port, base, relay) as device:
        wiring = wired(broker, base, payload_hold="HOLD", payload_off="OFF")
        assert getattr(DRIVER, verb)(wiring, on, patience=2) == Outcome("confirmed")
        assert device.commands == [(sent, False)]


@pytest.mark.parametrize(("verb", "on"), [("hold", True), ("hold", False), ("switch", True), ("switch", False)])
def test_holding_and_switching_take_the_state_that_was_asked_for(broker, base, verb, on):
    with Device(broker.port, base, lambda device, payload: device.publish("state", "OFF" if on else "ON")):
        wiring = wired(broker, base, payload_hold="HOLD", payload_off="OFF")
        assert getattr(DRIVER, verb)(wiring, on, patience=0.3) == Outcome("unknown")


def test_refuses_what_it_has_no_command_for(broker, base):
    with Device(broker.port, base, obeying) as device:
        wiring = wired(broker, base)
        done = [DRIVER.hold(wiring, True, patience=1), DRIVER.hold(wiring, False, patience=1)]
        assert [*done, DRIVER.switch(wiring, False, patience=1)] == [Outcome("refused")] * 3
        assert device.commands == []


def test_sends_nothing_to_see_whether_it_is_there(broker, base):
    with Device(broker.port, base, obeying) as device:
        assert DRIVER.reachable(wired(broker, base), patience=2)
        assert DRIVER.reachable(wired(broker, base, availability_topic=f"{base}/availability"), patience=2)
        assert device.commands == []


def test_says_nothing_of_a_door_that_stands_open(broker, base):
    assert DRIVER.open_until(wired(broker, base), now=NOW) is None


# --- many at once ---


def test_many_at_once_do_not_mix(broker, base):
    def one(number: int) -> None:
        settings = {"payload_on": str(number), "state_on": str(number)}
        outcomes[number] = opened(wired(broker, base, **settings), 5)

    outcomes: dict[int, str] = {}
    with Device(broker.port, base, obeying) as device:
        threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == dict.fromkeys(range(20), "confirmed")
        assert sorted(int(payload) for payload, _ in device.commands) == list(range(20))
