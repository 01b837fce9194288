"""Every way in which an exchange can fail: what is said of it, how long it takes, and that nothing is sent twice."""

import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.building.drivers.relay import Manner, Peer, Relay, answering, dripping, http, saying, streaming
from tests.building.drivers.test_http import DRIVER, opened, wired
from visitor_portal.building.drivers import outside

PATIENCE = 0.25
OK = b"HTTP/1.1 200 OK\r\n"
PROOF: dict[str, Any] = {"answer_member": "ison", "answer_value": "true"}


def timed(url: str, patience: float = PATIENCE, **settings: Any) -> tuple[str, float]:
    wiring = wired(url=url, **settings)
    outside.trusted()  # read once in a process: not what is measured
    started = time.monotonic()
    return opened(wiring, patience), time.monotonic() - started


# --- it was sent, or may have been ---


def before_reading(peer: Peer) -> None:
    peer.reset()


def hanging_up(peer: Peer) -> None:
    peer.read()


PIECES = {
    "nothing": b"",
    "half a status": b"HTTP/1.1 2",
    "a status": OK,
    "half a header": OK + b"Content-Le",
    "a header": OK + b"Content-Length: 13\r\n",
    "headers": OK + b"Content-Length: 13\r\n\r\n",
    "half a body": OK + b'Content-Length: 13\r\n\r\n{"ison"',
    "half a chunk": OK + b'Transfer-Encoding: chunked\r\n\r\nd\r\n{"ison"',
    "no last chunk": OK + b'Transfer-Encoding: chunked\r\n\r\nd\r\n{"ison":true}\r\n',
}


@pytest.mark.parametrize("then", ["close", "reset", "silence"])
@pytest.mark.parametrize("piece", PIECES)
def test_an_answer_that_breaks_off_is_unknown(piece, then):
    with Relay(saying(PIECES[piece], then=then)) as relay:
        outcome, seconds = timed(relay.url(), **PROOF)
    assert (outcome, len(relay.requests)) == ("unknown", 1)
    assert seconds < PATIENCE + 0.3


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\xff" * 400,
        b"SSH-2.0-dropbear\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        OK + b"Content-Length: 1, 2\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
        b'{"ison":true}',
    ],
)
def test_nonsense_is_unknown(data):
    with Relay(saying(data)) as relay:
        assert timed(relay.url(), **PROOF)[0] == "unknown"
    assert len(relay.requests) == 1


def test_hanging_up_on_a_request_is_unknown():
    with Relay(hanging_up) as relay:
        assert timed(relay.url())[0] == "unknown"
    assert len(relay.requests) == 1


def test_a_reset_before_the_request_is_read_is_not_tried_again():
    """Whether it came before or after the first byte left is a race, and either truth is told."""
    with Relay(before_reading) as relay:
        assert timed(relay.url())[0] in ("unknown", "unreached")
    assert (relay.connections, relay.requests) == (1, [])


ENDLESS: dict[str, Manner] = {
    "silence": lambda peer: peer.sleep(),
    "dripped status": dripping(b"HTTP/1.1 2", b"0", 0.05),
    "dripped header": dripping(OK + b"X: ", b"x", 0.05),
    "dripped headers": dripping(OK, b"X: x\r\n", 0.05),
    "not yet, not yet": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "a flood of not yet": streaming(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100),
    "dripped body": dripping(OK + b"Content-Length: 1000\r\n\r\n", b" ", 0.05),
    "dripped chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
}


@pytest.mark.parametrize("manner", ENDLESS)
def test_an_endless_answer_ends_at_the_deadline(manner):
    with Relay(ENDLESS[manner]) as relay:
        outcome, seconds = timed(relay.url(), **PROOF)
    assert outcome == "unknown"
    assert PATIENCE - 0.05 < seconds < PATIENCE + 0.3
    assert relay.connections == 1


def test_an_endless_body_is_not_read_to_its_end():
    with Relay(streaming(OK + b"\r\n", b"x" * 65_536)) as relay:
        outcome, seconds = timed(relay.url(), 5, **PROOF)
    assert (outcome, len(relay.requests)) == ("unknown", 1)
    assert seconds < 1


def test_the_status_is_enough_where_no_more_is_asked():
    with Relay(saying(OK + b"Content-Length: 1000\r\n\r\n", then="silence")) as relay:
        outcome, seconds = timed(relay.url(), 5)
    assert (outcome, len(relay.requests)) == ("confirmed", 1)
    assert seconds < 1


def test_a_slow_answer_is_waited_for_until_the_deadline():
    def slow(peer: Peer) -> None:
        peer.read()
        peer.sleep(0.3)
        peer.send(http(200))

    with Relay(slow) as relay:
        assert opened(wired(url=relay.url()), patience=1) == "confirmed"
        assert opened(wired(url=relay.url()), patience=0.2) == "unknown"
        assert len(relay.requests) == 2


def test_the_seconds_of_the_settings_end_it_too():
    with Relay(lambda peer: peer.sleep()) as relay:
        outcome, seconds = timed(relay.url(), 5, seconds="1")
    assert outcome == "unknown"
    assert 0.95 < seconds < 1.3


# --- surely nothing was sent ---


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Its queue is full, so that it answers no new connection, as a device without power."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_refused_connection_is_unreached(closed_port):
    outcome, seconds = timed(f"http://127.0.0.1:{closed_port}/")
    assert outcome == "unreached"
    assert seconds < 0.3


def test_a_connection_nobody_answers_is_unreached(deaf_port):
    outcome, seconds = timed(f"http://127.0.0.1:{deaf_port}/")
    assert outcome == "unreached"
    assert PATIENCE - 0.05 < seconds < PATIENCE + 0.3


@pytest.mark.parametrize("host", ["relay.invalid", "a..b", "x" * 64 + ".invalid"])
def test_a_name_without_an_address_is_unreached(host):
    outcome, seconds = timed(f"http://{host}/", 1)
    assert outcome == "unreached"
    assert seconds < 1.3


def test_a_name_that_takes_too_long_is_unreached_and_asked_nothing_later(monkeypatch):
    found = threading.Event()

    def slow(*args: Any, **kwargs: Any) -> list[Any]:
        time.sleep(PATIENCE + 0.2)
        found.set()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", relay.port))]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with Relay(answering()) as relay:
        outcome, seconds = timed(relay.url())
        assert outcome == "unreached"
        assert seconds < PATIENCE + 0.15
        found.wait(2)
        time.sleep(0.1)
    assert relay.connections == 0


def test_each_address_of_a_name_is_tried_and_one_is_asked(monkeypatch, deaf_port):
    real = socket.getaddrinfo

    def two(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        hosts = ("127.0.0.1", "127.0.0.2") if host == "relay.test" else (host,)
        return [found for name in hosts for found in real(name, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    wiring = wired(url=f"http://relay.test:{deaf_port}/")
    with Relay(answering(), host="127.0.0.2", port=deaf_port) as relay:
        assert opened(wiring, 1) == "confirmed"
    assert len(relay.requests) == 1
    assert opened(wiring, 1) == "unreached"


@pytest.mark.parametrize("patience", [0, -1, 0.000001])
def test_without_time_nothing_is_sent(patience):
    with Relay(answering()) as relay:
        assert timed(relay.url(), patience)[0] == "unreached"
    assert not relay.requests


# --- encryption ---


def test_a_certificate_nobody_vouches_for_is_unreached(tls):
    with Relay(answering(), tls=tls) as relay:
        assert timed(relay.url(), 2)[0] == "unreached"
    assert (relay.connections, relay.requests) == (1, [])


def test_a_certificate_this_computer_trusts_is_enough(tls, vouched_for):
    with Relay(answering(), tls=tls) as relay:
        assert timed(relay.url(), 2)[0] == "confirmed"
    assert len(relay.requests) == 1


@pytest.mark.parametrize("manner", [answering(400), before_reading, lambda peer: peer.sleep()])
def test_a_handshake_that_fails_is_unreached(manner):
    with Relay(manner) as relay:
        outcome, seconds = timed(relay.url().replace("http:", "https:"))
    assert outcome == "unreached"
    assert seconds < PATIENCE + 0.3


def test_a_dripped_answer_ends_at_the_deadline_when_encrypted_too(tls, vouched_for):
    with Relay(ENDLESS["dripped header"], tls=tls) as relay:
        outcome, seconds = timed(relay.url())
    assert (outcome, len(relay.requests)) == ("unknown", 1)
    assert PATIENCE - 0.05 < seconds < PATIENCE + 0.3


# --- and nothing stays behind ---


def test_no_connection_and_no_thread_stays_behind(closed_port):
    gc.collect()
    before = open_files(), threading.active_count()
    with Relay(saying(OK, then="reset")) as relay:
        for url in (relay.url(), f"http://127.0.0.1:{closed_port}/") * 10:
            timed(url)
            DRIVER.reachable(wired(url=url), patience=PATIENCE)
    assert (open_files(), threading.active_count()) == before


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
