"""A broker that fails at every point: before the command nothing was sent, after it nobody knows."""

import gc
import os
import random
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.building.drivers.broker import CONNECT, DISCONNECT, PUBLISH, SUBSCRIBE, Device, Packets, Scripted, obeying
from tests.building.drivers.relay import Manner, Peer, Relay
from tests.building.drivers.test_mqtt import DRIVER, opened, wired
from visitor_portal.building.drivers import outside
from visitor_portal.building.drivers.outcome import Wiring

PATIENCE = 0.2
Then = Callable[[Packets, int, bytes], None]


def hang_up(packets: Packets, kind: int, body: bytes) -> None:
    pass


def reset(packets: Packets, kind: int, body: bytes) -> None:
    packets.peer.reset()


def silence(packets: Packets, kind: int, body: bytes) -> None:
    packets.peer.sleep()


def half(packets: Packets, kind: int, body: bytes) -> None:
    packets.peer.send(packets.answer(kind, body)[:-1] or b"\x30")
    packets.peer.sleep()


def nonsense(packets: Packets, kind: int, body: bytes) -> None:
    packets.peer.send(random.Random(kind).randbytes(4000))
    packets.peer.sleep()


def endless(packets: Packets, kind: int, body: bytes) -> None:
    """A message of 256 MiB, a byte now and then."""
    packets.peer.send(b"\x30\xff\xff\xff\x7f")
    while True:
        packets.peer.send(b"x")
        packets.peer.sleep(0.02)


def strange(packets: Packets, kind: int, body: bytes) -> None:
    """A topic that is no text, on which the library stumbles."""
    packets.peer.send(b"\x30\x06\x00\x02\xff\xfe\x00x")
    packets.peer.sleep()


def farewell(packets: Packets, kind: int, body: bytes) -> None:
    """MQTT 5's own: the server shuts down."""
    packets.peer.send(b"\xe0\x02\x8b\x00")


FAULTS: list[Then] = [hang_up, reset, silence, half, nonsense, endless, strange, farewell]


def timed(wiring: Wiring, patience: float = PATIENCE) -> tuple[str, float]:
    outside.trusted()  # read once in a process: not what is measured
    started = time.monotonic()
    return opened(wiring, patience), time.monotonic() - started


@pytest.mark.parametrize("then", FAULTS)
@pytest.mark.parametrize(("right", "outcome"), [(0, "unreached"), (1, "unreached"), (2, "unknown")])
def test_a_broker_that_fails(right, outcome, then):
    broker = Scripted(then, right=right)
    patience = 0.5 if right == 2 else PATIENCE
    with Relay(broker) as relay:
        said, seconds = timed(wired(relay.port, "a"), patience)
    assert said == outcome
    assert seconds < patience + 0.3
    assert broker.kinds.count(PUBLISH) == (right == 2)
    assert broker.kinds.count(SUBSCRIBE) == (right > 0)


@pytest.mark.parametrize("code", [0x80, 0x84, 0x86, 0x87, 0x88, 0x8A, 0x95, 0x9F])
def test_a_broker_that_refuses_is_unreached(code):
    def refuse(packets: Packets, kind: int, body: bytes) -> None:
        packets.peer.send(packets.answer(kind, body, code))

    for right in (0, 1):
        broker = Scripted(refuse, right=right)
        with Relay(broker) as relay:
            assert timed(wired(relay.port, "a"), 2)[0] == "unreached"
            assert not DRIVER.reachable(wired(relay.port, "a"), patience=2)
        assert PUBLISH not in broker.kinds


def test_a_wrong_password_is_tried_once():
    """Twice for each tap would lock the portal out where a broker counts."""
    broker = Scripted(lambda packets, kind, body: packets.peer.send(packets.answer(kind, body, 0x86)))
    with Relay(broker) as relay:
        assert timed(wired(relay.port, "a", username="portal", password="wrong"), 2)[0] == "unreached"
    assert broker.kinds == [CONNECT]


@pytest.mark.parametrize("says_so", [True, False])
def test_an_older_broker_is_spoken_to_in_its_own_version(says_so):
    kinds: list[int] = []

    def broker(peer: Peer) -> None:
        packets = Packets(peer)
        while True:
            kind, body = packets.read()
            kinds.append(kind)
            if kind == CONNECT and body[6] == 5:
                return peer.send(b"\x20\x02\x00\x01" if says_so else b"")
            peer.send(packets.answer(kind, body))
            if kind == PUBLISH:
                peer.send(packets.says("a/state", b"ON"))

    with Relay(broker) as relay:
        assert timed(wired(relay.port, "a"), 2)[0] == "confirmed"
    assert kinds[:4] == [CONNECT, CONNECT, SUBSCRIBE, PUBLISH]
    assert kinds.count(PUBLISH) == 1


def test_a_session_is_new_and_a_command_does_not_outlive_the_wait():
    seen: dict[int, bytes] = {}

    def note(packets: Packets, kind: int, body: bytes) -> None:
        seen.setdefault(kind, body)

    for right in (0, 2):
        with Relay(Scripted(note, right=right)) as relay:
            timed(wired(relay.port, "a", payload_on="GO"), 1)
    assert seen[CONNECT][7] & 0b10, "clean start"
    assert seen[CONNECT][10:16] == b"\x05\x27\x00\x02\x00\x00", "a limit to what is sent, and no lasting session"
    assert seen[PUBLISH] == b"\x00\x09a/command\x05\x02\x00\x00\x00\x01GO", "QoS 0, and it expires in a second"


@pytest.mark.parametrize("settings", [{}, {"availability_topic": "a/availability"}])
def test_a_state_from_before_the_command_confirms_nothing(settings):
    def early(packets: Packets, kind: int, body: bytes) -> None:
        packets.peer.send(packets.answer(kind, body) + packets.says("a/state", b"ON"))
        packets.peer.send(packets.says("a/availability", b"online"))
        packets.read()
        packets.peer.send(packets.says("a/state", b"ON", kept=True) + packets.says("a/other", b"ON"))
        packets.peer.sleep()

    with Relay(Scripted(early, right=1)) as relay:
        assert timed(wired(relay.port, "a", **settings), 0.5)[0] == "unknown"


# --- no broker at all ---


def test_no_broker_is_unreached():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said, seconds = timed(wired(port, "a"))
    assert said == "unreached"
    assert seconds < 0.3
    assert not DRIVER.reachable(wired(port, "a"), patience=PATIENCE)


@pytest.mark.parametrize("host", ["broker.invalid", "a..b", "x" * 64 + ".invalid"])
def test_a_name_without_an_address_is_unreached(host):
    said, seconds = timed(wired(1883, "a", host=host), 1)
    assert said == "unreached"
    assert seconds < 1.3


def test_a_name_that_takes_too_long_is_unreached_and_nothing_is_sent_later(monkeypatch):
    real, done = socket.getaddrinfo, threading.Event()

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(PATIENCE + 0.2)
        done.set()
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    broker = Scripted(silence, right=2)
    with Relay(broker) as relay:
        said, seconds = timed(wired(relay.port, "a"))
        assert said == "unreached"
        assert seconds < PATIENCE + 0.15
        done.wait(2)
        time.sleep(0.1)
    assert broker.kinds == [CONNECT, DISCONNECT]


@pytest.mark.parametrize("patience", [0, -1, 0.000001])
def test_without_time_nothing_is_sent(patience):
    broker = Scripted(silence, right=2)
    with Relay(broker) as relay:
        assert timed(wired(relay.port, "a"), patience)[0] == "unreached"
    assert PUBLISH not in broker.kinds


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # by paho, of a connection whose handshake failed
@pytest.mark.parametrize("manner", [lambda peer: peer.reset(), lambda peer: peer.send(b"\0" * 99), Peer.sleep])
def test_encryption_that_fails_is_unreached_and_leaves_nothing_open(manner: Manner):
    gc.collect()
    gc.disable()
    before = open_files(), threading.active_count()
    with Relay(manner) as relay:
        said, seconds = timed(wired(relay.port, "a", tls=True))
    while threading.active_count() > before[1]:
        time.sleep(0.01)
    after = open_files(), threading.active_count()
    gc.enable()
    assert (said, after) == ("unreached", before)
    assert seconds < PATIENCE + 0.3


# --- a busy server, and nothing stays behind ---


@pytest.fixture
def crowd() -> Iterator[Callable[[], None]]:
    """So many open files that the next one's number is beyond what select() takes."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limits[1] < 1200:
        pytest.skip("this computer does not let a process open 1200 files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], 1200), limits[1]))
    with open(os.devnull) as source, ExitStack() as stack:

        def fill() -> None:
            while (copy := os.dup(source.fileno())) < 1024:
                stack.callback(os.close, copy)
            os.close(copy)

        yield fill
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_thousand_open_files_are_not_too_many(broker, base, crowd):
    with Device(broker.port, base, obeying):
        crowd()
        assert timed(wired(broker, base), 1)[0] == "confirmed"


def test_no_connection_and_no_thread_stays_behind():
    gc.collect()
    before = open_files(), threading.active_count()
    for right in (0, 1, 2):
        with Relay(Scripted(hang_up, right=right)) as relay:
            for _ in range(5):
                timed(wired(relay.port, "a"))
                DRIVER.reachable(wired(relay.port, "a"), patience=PATIENCE)
    assert (open_files(), threading.active_count()) == before


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_writes_no_secret_to_the_log(caplog):
    caplog.set_level("DEBUG")
    for then in (hang_up, nonsense):
        with Relay(Scripted(then, right=2)) as relay:
            timed(wired(relay.port, "a", username="portal", password="s3cret"))
    assert "s3cret" not in caplog.text
