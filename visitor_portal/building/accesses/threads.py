"""The threads on which calls use the database. They are kept, and so are their connections.

Each runs one piece of work at a time, so nobody waits for another's; the one used last is the warmest.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """Those of one server."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(settings.THREADS)
        self._all: list[ThreadPoolExecutor] = []
        self._idle: list[ThreadPoolExecutor] = []

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """On a connection that is still good: the database may have been started anew since."""
        async with self._free:
            worker = self._idle.pop() if self._idle else self._new()
            try:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(worker, partial(_with_good_connections, work, *args, **kwargs))
            finally:
                self._idle.append(worker)

    def end(self) -> None:
        for worker in self._all:
            worker.submit(connections.close_all)
            worker.shutdown(wait=False)

    def _new(self) -> ThreadPoolExecutor:
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="accesses")
        self._all.append(worker)
        return worker


def _with_good_connections(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
