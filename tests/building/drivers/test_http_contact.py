"""What is heard of a door's contact that must be asked again and again."""

import threading
import time
from collections import deque
from itertools import islice
from typing import Any

import pytest

from tests.building.drivers.relay import Manner, Peer, Relay, answering, http
from tests.building.drivers.test_http import DRIVER, OFF, ON, wired
from visitor_portal.building.drivers.outcome import Wiring


def following(*answers: bytes) -> Manner:
    """One after the other, and the last one from then on. An empty one is no answer."""
    left = deque(answers)

    def manner(peer: Peer) -> None:
        peer.read()
        body = left[0] if len(left) == 1 else left.popleft()
        if body:
            peer.send(http(200, body))

    return manner


def contact_of(relay: Relay, **settings: Any) -> Wiring:
    return wired(url="http://127.0.0.1:1/", contact_url=relay.url("/contact"), **settings)


def heard(manner: Manner, seconds: float, **settings: Any) -> list[bool]:
    with Relay(manner) as relay:
        return list(DRIVER.contact(contact_of(relay, **settings), seconds=seconds, stop=threading.Event()))


def words(manner: Manner, many: int, **settings: Any) -> list[bool]:
    """The first so many words, however long a busy machine takes over them."""
    with Relay(manner) as relay:
        contact = DRIVER.contact(contact_of(relay, **settings), seconds=20, stop=threading.Event())
        return list(islice(contact, many))


def test_has_a_contact_if_there_is_an_address():
    assert DRIVER.has_contact(wired(url="http://relay/", contact_url="http://relay/contact"))
    assert not DRIVER.has_contact(wired(url="http://relay/"))
    assert list(DRIVER.contact(wired(url="http://relay/"), seconds=1, stop=threading.Event())) == []


def test_tells_what_it_says_first_and_then_each_change():
    assert words(following(OFF, OFF, ON, ON, OFF), 3) == [False, True, False]


@pytest.mark.parametrize(
    ("body", "settings", "is_open"),
    [
        (b'{"state":"ON"}', {}, True),
        (b'{"state":"open"}', {}, False),
        (b'{"open":true}', {"contact_member": "open", "contact_open": "True"}, True),
        (b'{"contact":true}', {"contact_member": "contact", "contact_open": "false"}, False),
        (b'{"inputs":[{"input":1}]}', {"contact_member": "inputs.0.input", "contact_open": "1"}, True),
    ],
)
def test_reads_the_words_of_the_settings(body, settings, is_open):
    assert words(answering(200, body), 1, **settings) == [is_open]


@pytest.mark.parametrize("word", ['"unavailable"', '"Unknown"', '""', "null", "{}", "[]"])
def test_a_contact_without_a_word_is_not_shut(word):
    assert heard(answering(200, f'{{"state":{word}}}'.encode()), 0.1) == []


@pytest.mark.parametrize("statuses", [(404, 500, 302), (401, 503, 307)])
def test_ends_after_three_failures_in_a_row(statuses):
    left = iter(statuses)

    def failing(peer: Peer) -> None:
        peer.read()
        peer.send(http(next(left), OFF))

    started = time.monotonic()
    assert heard(failing, 5) == []
    assert 0.5 < time.monotonic() - started < 1.5


def test_a_failure_or_two_are_lived_through():
    assert words(following(OFF, b"", b"", ON, b"-", b"", OFF), 3) == [False, True, False]


def test_each_question_has_an_end():
    started = time.monotonic()
    assert heard(lambda peer: peer.sleep(), 0.4) == []
    assert time.monotonic() - started < 3


def test_ends_when_told_to():
    stop = threading.Event()
    with Relay(answering(200, ON)) as relay:
        contact = DRIVER.contact(contact_of(relay), seconds=30, stop=stop)
        assert next(contact) is True
        threading.Timer(0.02, stop.set).start()
        started = time.monotonic()
        assert list(contact) == []
    assert time.monotonic() - started < 3
    assert len(relay.requests) == 1


def test_ends_when_nobody_listens_any_more():
    with Relay(answering(200, ON)) as relay:
        contact = DRIVER.contact(contact_of(relay), seconds=30, stop=threading.Event())
        assert next(contact) is True
        del contact
        time.sleep(0.4)
    assert len(relay.requests) == 1
