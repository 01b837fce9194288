"""What is heard of a door's contact at a broker: as soon as it says so, and no longer than is listened."""

import threading
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from tests.building.drivers.broker import DISCONNECT, Broker, Device, Packets, Scripted, mosquitto, obeying
from tests.building.drivers.relay import Relay
from tests.building.drivers.test_mqtt import DRIVER, wired
from visitor_portal.building.drivers.outcome import Wiring

ZIGBEE = {"contact_member": "contact", "contact_open": "false", "contact_closed": "true"}


@pytest.fixture
def device(broker: Broker, base: str) -> Iterator[Device]:
    with Device(broker.port, base, obeying) as device:
        yield device


def listening(broker: Broker | int, base: str, seconds: float = 5, **settings: Any) -> tuple[Iterator[bool], Any]:
    stop = threading.Event()
    wiring = contact_of(broker, base, **settings)
    return DRIVER.contact(wiring, seconds=seconds, stop=stop), stop


def contact_of(broker: Broker | int, base: str, **settings: Any) -> Wiring:
    return wired(broker, base, contact_topic=f"{base}/contact", **settings)


def test_has_a_contact_if_there_is_a_topic(broker, base):
    assert DRIVER.has_contact(contact_of(broker, base))
    assert not DRIVER.has_contact(wired(broker, base))
    assert list(DRIVER.contact(wired(broker, base), seconds=1, stop=threading.Event())) == []


def test_tells_what_it_says_first_and_then_each_change(broker, base, device):
    device.settled("contact", "OFF")
    heard, stop = listening(broker, base)
    assert next(heard) is False
    for said in ("off", "ON", "On", "?", "OFF"):
        device.publish("contact", said)
    assert [next(heard), next(heard)] == [True, False]
    stop.set()
    assert list(heard) == []


@pytest.mark.parametrize(
    ("said", "settings", "expected"),
    [
        ("ON", {}, [True]),
        ("open", {"contact_open": "Open", "contact_closed": "close"}, [True]),
        ('{"contact":false,"battery":90}', ZIGBEE, [True]),
        ('{"contact":true,"battery":90}', ZIGBEE, [False]),
        ('{"battery":90}', ZIGBEE, []),
        ("unavailable", {}, []),
        ("", {}, []),
        ("{", ZIGBEE, []),
    ],
)
def test_reads_the_words_of_the_settings(broker, base, device, said, settings, expected):
    device.settled("contact", said)
    # A word comes as soon as it is there; only silence is waited for to its end.
    heard, _ = listening(broker, base, 20 if expected else 0.15, **settings)
    assert list(islice(heard, 1)) == expected


def test_ends_when_its_time_is_over(broker, base):
    started = time.monotonic()
    heard, _ = listening(broker, base, 0.3)
    assert list(heard) == []
    assert 0.25 < time.monotonic() - started < 3


def test_ends_at_once_when_told_to(broker, base):
    heard, stop = listening(broker, base, 30)
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    assert list(heard) == []
    assert time.monotonic() - started < 3


def test_ends_when_the_broker_is_gone(tmp_path, base):
    with mosquitto(tmp_path) as broker, Device(broker.port, base, obeying) as device:
        device.settled("contact", "ON")
        heard, _ = listening(broker, base, 30)
        assert next(heard) is True
        broker.process.kill()
        started = time.monotonic()
        assert list(heard) == []
        assert time.monotonic() - started < 3
        assert list(listening(broker, base, 30)[0]) == []


@pytest.mark.parametrize("right", [0, 1])
def test_a_broker_that_says_nothing_is_not_listened_to_for_longer_than_it_may_take(right):
    with Relay(Scripted(lambda packets, kind, body: packets.peer.sleep(), right=right)) as relay:
        wiring = contact_of(relay.port, "a", seconds=1)
        started = time.monotonic()
        assert list(DRIVER.contact(wiring, seconds=30, stop=threading.Event())) == []
    assert time.monotonic() - started < 10


def test_nonsense_is_the_end():
    def nonsense(packets: Packets, kind: int, body: bytes) -> None:
        packets.peer.send(packets.answer(kind, body) + packets.says("a/contact", b"ON") + b"\x30\x01\xff")
        packets.peer.sleep()

    with Relay(Scripted(nonsense, right=1)) as relay:
        started = time.monotonic()
        assert list(listening(relay.port, "a", 30)[0]) == [True]
    assert time.monotonic() - started < 1


def test_nobody_is_listened_for_any_more_when_it_is_dropped():
    gone = threading.Event()

    def serve(packets: Packets, kind: int, body: bytes) -> None:
        packets.peer.send(packets.answer(kind, body) + packets.says("a/contact", b"ON"))
        assert packets.read()[0] == DISCONNECT
        gone.set()

    with Relay(Scripted(serve, right=1)) as relay:
        heard, _ = listening(relay.port, "a", 30)
        assert next(heard) is True
        del heard
        assert gone.wait(1)
