"""The line to a remote building fails while somebody waits at its door."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.site import Site

from .abroad import Abroad
from .wire import Fault


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroad]:
    with Abroad(Path(tmp_path_factory.mktemp("abroad"))) as abroad:
        abroad.portal()
        yield abroad


def said(portal: Site) -> list[str]:
    lines = [line for line in portal.log.read_text().splitlines() if "live.trouble" in line]
    return ["failed" if " WARNING " in line else "recovered" for line in lines if "pstream" in line]


@pytest.mark.parametrize("fault", ["503", "silent", "reset"])
def test_one_line_when_it_fails_and_one_when_it_is_back(abroad: Abroad, fault: Fault) -> None:
    [portal] = abroad.portals
    before = len(said(portal))
    visit = abroad.ring(portal)
    with visit.watched(portal) as live:
        abroad.wire.fail(fault)
        time.sleep(9 if fault == "silent" else 6)
        visit.tap("answer")
        abroad.wire.fail("")
        assert "answered" in str(live.recv(12))
        visit.tap("decline")
        assert "has ended" in str(live.recv(5))
    assert said(portal)[before:] == ["failed", "recovered"], portal.log.read_text()
    assert portal.tracebacks == [] and visit.path.removeprefix("/s/") not in portal.log.read_text()
