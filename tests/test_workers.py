"""Threads that stay: lent one at a time, more of them when all are held up."""

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from visitor_portal import workers
from visitor_portal.workers import Workers

KEPT = 8


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    settings.THREADS = KEPT


async def thread(seconds: float = 0) -> int:
    def there() -> int:
        time.sleep(seconds)
        return threading.get_ident()

    return await sync_to_async(there)()


async def one(lent: Workers, seconds: float = 0) -> int:
    async with lent.lend():
        return await thread(seconds)


async def test_one_request_after_another_is_one_thread() -> None:
    lent = Workers()
    assert len({await one(lent) for _ in range(5)}) == 1


async def test_a_whole_request_is_one_thread() -> None:
    async with Workers().lend():
        assert await thread() == await thread() == await thread()


async def test_two_at_once_share_nothing() -> None:
    lent = Workers()
    assert len(set(await asyncio.gather(*(one(lent, 0.05) for _ in range(4))))) == 4


async def test_many_short_ones_are_served_by_the_few_that_stay() -> None:
    lent = Workers()
    found = await asyncio.gather(*(one(lent, 0.005) for _ in range(10 * KEPT)))
    assert len(set(found)) == KEPT


async def test_when_all_are_held_up_others_are_started_and_go_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "STALLED", 0.05)
    lent = Workers()
    slow = [asyncio.create_task(one(lent, 1)) for _ in range(KEPT)]
    await asyncio.sleep(0.02)
    began = time.monotonic()
    await one(lent)
    assert time.monotonic() - began < 0.7
    await asyncio.gather(*slow)
    await one(lent)
    (pool,) = lent._pools.values()
    assert pool.started == pool.idle.qsize() == KEPT


async def test_a_thread_whose_request_was_cut_off_is_lent_when_its_call_has_ended(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.THREADS = 1
    monkeypatch.setattr(workers, "STALLED", 5)
    lent = Workers()
    cut = asyncio.create_task(one(lent, 0.3))
    await asyncio.sleep(0.05)
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut
    began = time.monotonic()
    await one(lent)
    assert time.monotonic() - began > 0.1
