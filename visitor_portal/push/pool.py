"""Where pushing happens: beside the requests, on two threads of this process that no request waits for.

One sends, on an event loop of its own: so many phones at once, and a dead one costs a place there and no thread. The
other one reads and writes the database.
"""

import asyncio
import atexit
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from django.db import close_old_connections, connections

MOST = 200  # exchanges at once
WAITING = 2000  # exchanges under way or waiting for their turn; one more is given up at once
LOOKUPS = 16  # threads for names, which a resolver may hold for long
LAST = 6.0  # seconds at the end of the process for what is under way

logger = logging.getLogger(__name__)

Job = Callable[[], object]


class Full(Exception):
    """So much is under way already that nothing more is begun."""


class _Pool:
    def __init__(self) -> None:
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        self.under_way = 0
        self.lock = Lock()
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(ThreadPoolExecutor(LOOKUPS, thread_name_prefix="push-names"))
        self.turns = asyncio.Semaphore(MOST)
        Thread(target=self._work, daemon=True, name="push-desk").start()
        Thread(target=self._send, daemon=True, name="push-line").start()

    def count(self, more: int, most: int | None = None) -> None:
        with self.lock:
            if most is not None and self.under_way >= most:
                raise Full
            self.under_way += more

    def _send(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _work(self) -> None:
        while True:
            job = self.jobs.get()
            try:
                close_old_connections()
                job()
            except Exception:  # one that fails does not keep the others from being done
                logger.exception("A push could not be begun or written down.")
            finally:
                if self.jobs.empty():
                    connections.close_all()  # between two rings there may be hours
                self.count(-1)

    async def in_turn(self, exchange: Coroutine[Any, Any, None]) -> None:
        try:
            async with self.turns:
                await exchange
        finally:
            self.count(-1)


_pool: _Pool | None = None
_making = Lock()


def _here() -> _Pool:
    global _pool
    with _making:
        if _pool is None:
            _pool = _Pool()
            atexit.register(settle, LAST)
        return _pool


def later(job: Job) -> None:
    """Do this on the thread for the database, after what was handed over before."""
    pool = _here()
    pool.count(1)
    pool.jobs.put(job)


def dial(exchange: Coroutine[Any, Any, None]) -> None:
    """Begin this exchange as soon as there is a place for it. It must catch what may go wrong."""
    pool = _here()
    try:
        pool.count(1, WAITING)
    except Full:
        exchange.close()
        raise
    asyncio.run_coroutine_threadsafe(pool.in_turn(exchange), pool.loop)


def settle(seconds: float) -> bool:
    """Wait until nothing is under way any more. False when something still is after that time."""
    until = time.monotonic() + seconds
    while _pool and _pool.under_way and time.monotonic() < until:
        time.sleep(0.01)
    return not (_pool and _pool.under_way)
