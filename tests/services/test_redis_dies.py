"""The Redis of two processes is killed and comes back, empty: sockets that depend on it close, and come back."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.journeys.site import Site
from tests.live.test_signalling_floods import RESIDENT, Side

from .own_redis import OwnRedis
from .visiting import browser, portal, rung


@pytest.fixture(scope="module")
def redis(folder: Path) -> Iterator[OwnRedis]:
    redis = OwnRedis(folder, "mortal")
    yield redis
    redis.kill()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> Iterator[Site]:
    with portal(tmp_path_factory.mktemp("redis"), REDIS_URL=redis.url) as running:
        yield running


@pytest.fixture
def site(running: Site, redis: OwnRedis) -> Site:
    """Nothing rings there, and its Redis lives."""
    redis.kill()
    redis.start()
    running.start_over()
    return running


def at_home(site: Site, home: httpx.Client) -> ClientConnection:
    """The socket of a resident's page."""
    home.get(site.home(RESIDENT).url)
    cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in home.cookies.items())}
    address = f"{site.url.replace('http', 'ws')}/ws/resident"
    return connect(address, origin=Origin(site.url), additional_headers=cookies, legacy=True)


def code(live: ClientConnection, seconds: float = 20) -> int:
    """Of the frame that closes it."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            live.recv(seconds)
    return closed.value.rcvd.code if closed.value.rcvd else 1006


def test_all_sockets_close_with_later_and_come_back(site: Site, redis: OwnRedis) -> None:
    with browser(site.url) as phone, browser(site.url) as home:
        caller = Side(site, phone, rung(phone, site, RESIDENT), "caller")
        with caller.join() as one, at_home(site, home) as two:
            redis.kill()
            assert [code(one), code(two)] == [1013, 1013]
        redis.start()
        with caller.join():
            pass


def test_while_it_is_dead_a_socket_is_told_to_come_later(site: Site, redis: OwnRedis) -> None:
    with browser(site.url) as home:
        redis.kill()
        with at_home(site, home) as live:
            assert code(live) == 1013


def test_pages_hear_again_of_what_rings(site: Site, redis: OwnRedis) -> None:
    with browser(site.url) as phone, browser(site.url) as home:
        with at_home(site, home) as live:
            redis.kill()
            assert code(live) == 1013
        redis.start()
        with at_home(site, home) as live:
            live.recv(5)
            rung(phone, site, RESIDENT)
            assert "Somebody is at the door" in str(live.recv(5))


def test_one_that_is_back_at_once_is_told_anew_who_listens(site: Site, redis: OwnRedis) -> None:
    with browser(site.url) as phone, browser(site.url) as home, at_home(site, home) as live:
        live.recv(5)
        redis.kill()
        redis.start()
        time.sleep(6)
        rung(phone, site, RESIDENT)
        try:
            assert "Somebody is at the door" in str(live.recv(5))
        except ConnectionClosed:  # it was noticed after all
            assert code(live) == 1013
