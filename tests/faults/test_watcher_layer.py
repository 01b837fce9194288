"""The channel layer's Redis dies, hangs and comes back while somebody waits: pages ask, then are told again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.site import Site
from tests.services.own_redis import OwnRedis
from tests.services.visiting import browser, portal, rung

from .abroad import WHO, Api, socket_of

PUSHED, ALONE = "every 15s", "every 2s"


@pytest.fixture(scope="module")
def redis() -> Iterator[OwnRedis]:
    with tempfile.TemporaryDirectory(prefix="vp") as folder:  # a socket's path must be short
        redis = OwnRedis(Path(folder))
        yield redis
        redis.kill()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> Iterator[Site]:
    with portal(tmp_path_factory.mktemp("portal"), REDIS_URL=redis.url, RING_SECONDS="300") as site:
        yield site
        assert site.tracebacks == []


def layer_lines(site: Site) -> list[str]:
    lines = [line for line in site.log.read_text().splitlines() if "live.trouble" in line and "layer is" in line]
    return ["down" if "layer is down" in line else "back" for line in lines]


def test_redis_dies_and_comes_back(site: Site, redis: OwnRedis) -> None:
    with browser(site.url) as phone, Api(site) as api:
        visit = rung(phone, site, WHO)
        with socket_of(phone, site, visit) as live:
            assert PUSHED in str(live.recv(5))
            redis.kill()
            assert ALONE in str(live.recv(4))
            api.tap(visit, "answer")
            redis.start()
            assert "answered" in (said := str(live.recv(6))) and PUSHED in said
            api.tap(visit, "decline")
            assert "has ended" in str(live.recv(3))
    assert layer_lines(site) == ["down", "back"]


def test_redis_hangs(site: Site, redis: OwnRedis) -> None:
    with browser(site.url) as phone, Api(site) as api:
        visit = rung(phone, site, WHO)
        with socket_of(phone, site, visit) as live:
            assert PUSHED in str(live.recv(5))
            redis.hang()
            try:
                assert ALONE in str(live.recv(8))
            finally:
                redis.go_on()
            assert PUSHED in str(live.recv(8))
            api.tap(visit, "decline")
            assert "can&#x27;t take the visit" in str(live.recv(3))
