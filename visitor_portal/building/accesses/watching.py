"""What streams share that tell of changes: when to look again, and an end that sends the client back in good time.

What changed is in the database, and any of several processes may have written it, so it is looked at again and again.
What this process did itself is told at once. A client that comes back starts anew: it reads how things stand first.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import grpc

from .calls import Call

EVERY = 0.5  # seconds between two looks
RECHECK = 5.0  # seconds after which a stream asks whether its session still holds


class Watching:
    """The streams of one server."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def news(self) -> None:
        """Look now, all of you. For any thread."""
        for event, loop in list(self._waiting.items()):
            with suppress(RuntimeError):  # its loop has just ended
                loop.call_soon_threadsafe(event.set)

    async def rounds(self, call: Call) -> AsyncIterator[None]:
        """Now, at all news, and every so often. Ends in a Fault when the session has ended."""
        news, checked = asyncio.Event(), time.monotonic()
        self._waiting[news] = asyncio.get_running_loop()
        try:
            while True:
                if time.monotonic() - checked > RECHECK:
                    await call.ask(call.recheck)
                    checked = time.monotonic()
                news.clear()
                yield
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await news.wait()
        finally:
            del self._waiting[news]


class Ending(grpc.aio.ServerInterceptor):
    """Around every stream of ours: at the server's end it says that there is one, and that the client may come back.

    Left alone, a stream would keep the server from ending, and then be cut off without a word.
    """

    def __init__(self) -> None:
        self._over = asyncio.Event()

    def end(self) -> None:
        self._over.set()

    async def intercept_service(self, continuation: Callable[[Any], Awaitable[Any]], details: Any) -> Any:
        handler = await continuation(details)
        if handler is None or not handler.response_streaming or not details.method.startswith("/entryfy."):
            return handler
        return handler._replace(unary_stream=partial(self._stream, handler.unary_stream))

    async def _stream(self, method: Any, request: Any, context: Any) -> AsyncIterator[Any]:
        over = asyncio.ensure_future(self._over.wait())
        responses = method(request, context)
        try:
            while (response := await _next(responses, over)) is not None:
                yield response
        finally:
            over.cancel()
            await responses.aclose()
        if self._over.is_set():
            await context.abort(grpc.StatusCode.UNAVAILABLE, "The server is stopping. Come back in a moment.")


async def _next(responses: Any, over: asyncio.Future[Any]) -> Any:
    """None when there is no next one, or the end came first."""
    coming = asyncio.ensure_future(anext(responses, None))
    try:
        await asyncio.wait((coming, over), return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not coming.done():
            coming.cancel()
    with suppress(asyncio.CancelledError):
        return await coming
