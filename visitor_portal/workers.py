"""The threads that sync code runs on. They are kept from request to request, and so are their connections.

Django's own handler starts a thread, and so opens a connection, for each request. When many come at once that is
most of what a short answer costs.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections, reset_queries
from django.http import HttpRequest, HttpResponse
from django.urls import set_urlconf
from django.utils.log import log_response

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
            ended = asyncio.wrap_future(worker.submit(close_old_connections))
            ended.add_done_callback(lambda _: pool.give(worker))
            raise
        worker.submit(close_old_connections)  # nobody waits for it but what the thread does next
        pool.give(worker)


class _Pool:
    """The threads of one event loop."""

    def __init__(self) -> None:
        self.idle: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()  # the last one used is the warmest
        self.started = 0
        self.moved_at = 0.0

    async def take(self) -> ThreadPoolExecutor:
        if self.idle.empty() and self.started < settings.THREADS:
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
        if self.started <= settings.THREADS:
            self.idle.put_nowait(worker)
            return
        self.started -= 1
        worker.submit(connections.close_all)
        worker.shutdown(wait=False)

    def _start(self) -> ThreadPoolExecutor:
        self.started, self.moved_at = self.started + 1, time.monotonic()
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")


def look_after_connections() -> None:
    """From now on a thread looks after its connection itself, when it is given back.

    Django does so before and after each request, and each time the request waits for a thread.
    """
    request_started.disconnect(reset_queries)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)


class Pages(ASGIHandler):
    """Django's handler, on kept threads."""

    def __init__(self) -> None:
        super().__init__()
        self.workers = Workers()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with self.workers.lend():
            await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponse:
        """As Django's own, which borrows a thread to log each refusal; at our level it then writes nothing."""
        set_urlconf(settings.ROOT_URLCONF)
        response: HttpResponse = await self._middleware_chain(request)  # type: ignore[attr-defined]
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        return response
