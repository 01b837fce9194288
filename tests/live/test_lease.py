"""Which of several processes asks: one, as long as it lives; all of them, when they cannot agree."""

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from pytest_django.fixtures import Settings

from visitor_portal.live import lease
from visitor_portal.live.lease import Lease

SESSION = "01JABCDEFGHJKMNPQRSTVWXYZ0"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    lease._shared.cache_clear()
    caches["shared"].clear()
    yield
    lease._shared.cache_clear()


async def test_the_first_one_holds_it_and_keeps_it() -> None:
    first, second = Lease(SESSION), Lease(SESSION)
    assert [await one.hold() for one in (first, second, first, second)] == [True, False, True, False]
    assert (first.pause, second.pause) == (lease.RENEW, lease.TRY)


async def test_each_session_has_its_own() -> None:
    assert await Lease(SESSION).hold() and await Lease("another").hold()


async def test_given_back_it_is_free_at_once() -> None:
    first, second = Lease(SESSION), Lease(SESSION)
    await first.hold()
    await second.give_back()  # which is not its to give
    assert not await second.hold()
    await first.give_back()
    assert await second.hold()


async def test_of_who_died_it_is_free_within_six_seconds() -> None:
    dead, heir = Lease(SESSION), Lease(SESSION)
    with time_machine.travel(time.time(), tick=False) as clock:
        await dead.hold()
        clock.shift(lease.SECONDS - 0.1)
        assert not await heir.hold()
        clock.shift(0.2)
        assert await heir.hold()
        assert not await dead.hold()  # should it have been asleep only
    assert lease.SECONDS + lease.TRY <= 6


async def test_renewed_it_lasts() -> None:
    holder, other = Lease(SESSION), Lease(SESSION)
    with time_machine.travel(time.time(), tick=False) as clock:
        for _ in range(10):
            assert await holder.hold() and not await other.hold()
            clock.shift(lease.RENEW)


async def test_its_key_holds_no_id(caplog: pytest.LogCaptureFixture) -> None:
    assert SESSION not in Lease(SESSION)._key


class Hanging:
    """A cache of which no word comes back."""

    def __init__(self, *_: Any) -> None: ...

    def add(self, *_: Any) -> bool:
        time.sleep(2)
        return False


@pytest.fixture(params=["gone", "hanging"])
def broken(request: pytest.FixtureRequest, settings: Settings, tmp_path: Any) -> None:
    gone = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"unix://{tmp_path}/nothing.sock"}
    hanging = {"BACKEND": "tests.live.test_lease.Hanging"}
    settings.CACHES = settings.CACHES | {"shared": gone if request.param == "gone" else hanging}


async def test_without_the_cache_everybody_asks_and_says_so_once(
    broken: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "visitor_portal.live")
    started = time.monotonic()
    both = Lease(SESSION), Lease(SESSION)
    assert await asyncio.gather(*(one.hold() for one in both)) == [True, True]
    assert await both[0].hold()
    await asyncio.gather(*(one.give_back() for one in both))
    assert time.monotonic() - started < 4 * lease.PATIENCE
    assert len([r for r in caplog.records if "cache for leases" in r.getMessage()]) == 1
