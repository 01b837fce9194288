"""The threads that sync code runs on. They are kept from request to request, and so are their connections.

Django's own handler starts a thread, and so opens a connection, for each request. When many come at once that is
most of what a short answer costs.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

KEPT = 8  # threads that stay. More at once would only take turns at one interpreter lock.
STALLED = 0.2  # seconds in which none came back: they are all held up by something slow, and one more is started


class Workers:
    """Threads lent one at a time, each for a whole request or effect.

    Whoever holds a thread of one pool must not need another of the same: requests, what they start and the embedded
    building each have their own.
    """

    def __init__(self) -> None:
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        """Until the end of this block, sync code runs on one thread of its own."""
        loop = asyncio.get_running_loop()
        pool = self._pools.setdefault(loop, _Pool())
        worker = await pool.take()
        try:
            async with ThreadSensitiveContext(executor=worker):
                yield
        except BaseException:  # cut off, perhaps in the middle of a call: the thread is free when that has ended
            ended = asyncio.wrap_future(worker.submit(int))
            ended.add_done_callback(lambda _: pool.give(worker))
            raise
        pool.give(worker)


class _Pool:
    """The threads of one event loop."""

    def __init__(self) -> None:
        self.idle: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()  # the last one used is the warmest
        self.started = 0
        self.moved_at = 0.0

    async def take(self) -> ThreadPoolExecutor:
        if self.idle.empty() and self.started < KEPT:
            return self._start()
        while True:
            try:
                async with asyncio.timeout(STALLED):
                    return await self.idle.get()
            except TimeoutError:
                if time.monotonic() - self.moved_at >= STALLED:
                    return self._start()

    def give(self, worker: ThreadPoolExecutor) -> None:
        self.moved_at = time.monotonic()
        if self.started <= KEPT:
            self.idle.put_nowait(worker)
            return
        self.started -= 1
        worker.submit(connections.close_all)
        worker.shutdown(wait=False)

    def _start(self) -> ThreadPoolExecutor:
        self.started, self.moved_at = self.started + 1, time.monotonic()
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")


class Pages(ASGIHandler):
    """Django's handler, on kept threads."""

    def __init__(self) -> None:
        super().__init__()
        self.workers = Workers()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with self.workers.lend():
            await self.handle(scope, receive, send)
