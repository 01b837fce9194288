"""The one way to whoever answers the public access API, and the tasks that must outlive a request."""

import asyncio
import contextvars
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections

from visitor_portal.public_access import PublicAccess, new_http
from visitor_portal.workers import Pages, Workers

T = TypeVar("T")

running: set[asyncio.Task[Any]] = set()
"""Effects under way. The server lets them end before it stops."""

_KEPT = 120  # seconds that the result of a shared effect answers a second tap
_shared: dict[str, tuple[float, asyncio.Task[Any]]] = {}
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, PublicAccess] = WeakKeyDictionary()
_workers = Workers()
_transport: httpx.AsyncBaseTransport | None = None  # tests put their own at the edge, here only


class _Building:
    """The embedded building as an ASGI app whose requests share nothing with the caller's.

    In the caller's context the inner request would run on the caller's thread and close the caller's database
    connection, which loses an open transaction without a word. A caller who goes away is told to it as any client's
    leaving is. Were it cancelled from outside instead, what Django began for the request would be left without an
    owner, and say so in the log.
    """

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.app is None:
            self.app = Pages()
        left, is_read = asyncio.Event(), False

        async def hear() -> Any:
            nonlocal is_read
            if is_read:
                await left.wait()
                return {"type": "http.disconnect"}
            message = await receive()
            is_read = not message.get("more_body")
            return message

        inner = asyncio.get_running_loop().create_task(self.app(scope, hear, send), context=contextvars.Context())
        try:
            await asyncio.shield(inner)
        finally:
            left.set()


_building = _Building()


def _route() -> tuple[str, httpx.AsyncBaseTransport | None]:
    if settings.PUBLIC_ACCESS_URL:
        return settings.PUBLIC_ACCESS_URL, _transport
    # The building checks no Host of its own here: this one only has to be a host that Django accepts.
    return f"http://{settings.ALLOWED_HOSTS[0]}/api/v1", _transport or httpx.ASGITransport(
        app=_building, raise_app_exceptions=False
    )


def client() -> PublicAccess:
    """The client for this event loop. Opens have connections of their own, so that reads can't starve the door."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        base_url, transport = _route()
        _clients[loop] = PublicAccess(
            new_http(transport),
            base_url=base_url,
            key=settings.PUBLIC_ACCESS_KEY or None,
            opens=new_http(transport, connections=10),
            read_deadline=settings.READ_DEADLINE,
            open_deadline=settings.OPEN_DEADLINE,
        )
    return _clients[loop]


@contextmanager
def through(transport: httpx.AsyncBaseTransport) -> Iterator[None]:
    """Reach the upstream by this transport meanwhile: for tests and benchmarks."""
    global _transport
    before, _transport = _transport, transport
    _clients.clear()
    try:
        yield
    finally:
        _transport = before
        _clients.clear()


async def _alone(effect: Coroutine[Any, Any, T]) -> T:
    """Run with a database thread of its own, given back at the end."""
    async with _workers.lend():
        try:
            return await effect
        finally:
            await sync_to_async(close_old_connections)()


def _start(effect: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.get_running_loop().create_task(_alone(effect), context=contextvars.Context())
    running.add(task)
    task.add_done_callback(running.discard)
    return task


async def finish(effect: Coroutine[Any, Any, T]) -> T:
    """Run an effect to its end even when the phone that asked for it is gone."""
    return await asyncio.shield(_start(effect))


def is_shared(key: str) -> bool:
    """Whether `finish_once` has this key's effect under way, or its result at hand."""
    return key in _shared


async def finish_once(key: str, effect: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """As `finish`, once for this key: a second tap on the same form awaits the first one's result."""
    now = time.monotonic()
    for old in [k for k, (since, task) in _shared.items() if task.done() and since < now - _KEPT]:
        del _shared[old]
    if key not in _shared:
        _shared[key] = (now, _start(effect()))
    return await asyncio.shield(_shared[key][1])


def retract(key: str) -> None:
    """What became of this shared effect is no answer to a later tap: it surely did nothing."""
    _shared.pop(key, None)
