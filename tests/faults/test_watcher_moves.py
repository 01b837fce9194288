"""Two processes and one Redis, the building somewhere else: one of them asks. It is killed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import conftest

from .abroad import Abroad

folder, redis_url = conftest.folder, conftest.redis_url


@pytest.fixture
def abroad(tmp_path: Path, redis_url: str) -> Iterator[Abroad]:
    with Abroad(tmp_path, REDIS_URL=redis_url) as abroad:
        yield abroad


def reads_in(abroad: Abroad, seconds: float) -> int:
    before = abroad.wire.reads
    time.sleep(seconds)
    return abroad.wire.reads - before


def test_killing_the_process_that_asks_moves_the_watch(abroad: Abroad) -> None:
    one, two = abroad.portal(), abroad.portal()
    visit = abroad.ring(one)
    with visit.watched(one), visit.watched(two) as live:
        assert 3 <= reads_in(abroad, 4) <= 6, "both ask, or none"
        one.process.kill()
        one.process.wait()
        killed = time.monotonic()
        visit.tap("answer")
        assert "answered" in str(live.recv(8))
        assert time.monotonic() - killed < 6
        assert 1 <= reads_in(abroad, 4) <= 3
    assert two.tracebacks == []


def test_what_one_process_asks_the_other_pushes(abroad: Abroad) -> None:
    one, two = abroad.portal(), abroad.portal()
    visit = abroad.ring(one)
    with visit.watched(one) as first, visit.watched(two) as second:
        visit.tap("decline")
        for live in (first, second):
            assert "can&#x27;t take the visit" in str(live.recv(3))
        time.sleep(1.5)
        assert reads_in(abroad, 3) == 0
    assert one.tracebacks == two.tracebacks == []
