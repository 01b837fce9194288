"""One camera's moving picture, for one page that shows it."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

from django.conf import settings

from visitor_portal.public_access import PublicAccessError

from . import camera_card, camera_line, mjpeg
from .camera_addresses import Addresses
from .camera_line import PATIENCE, NoPicture

SECONDS = 50.0  # a page asks anew after that; the server gives no answer longer than a minute
UNTAKEN = 10.0  # seconds in which the page takes no picture: nobody is there any more
LOOK = 0.8  # seconds between two looks whether it may still be shown
LEAST_GAP = 0.1  # seconds between two pictures to the page
EACH = 2  # moving pictures of one visit at once

logger = logging.getLogger(__name__)
_running: Counter[str] = Counter()  # by session


class Full(NoPicture):
    """As many moving pictures run as may."""


class Feed:
    """Follows a camera and holds its newest picture alone: a page that is slow misses some, and sees the present.

    It ends by itself, whatever becomes of the page: with the right to look, with the camera, and with its time.
    """

    def __init__(self, addresses: Addresses, session_id: str, may_look: Callable[[], Awaitable[bool]]) -> None:
        if _running[session_id] >= EACH or _running.total() >= settings.CAMERA_STREAMS:
            raise Full("too many")
        self._may_look = may_look
        self._newest: bytes | None = None
        self._fault = ""
        self._news = asyncio.Event()
        self._taken_at = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._run(addresses))
        _running[session_id] += 1
        self._task.add_done_callback(partial(self._end, session_id))

    async def begin(self) -> None:
        """Until there is something to show."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._news.wait()
        except TimeoutError:
            self._task.cancel()
        if self._newest is None:
            raise NoPicture(self._fault or "no picture")

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """What the page gets."""
        try:
            yield mjpeg.OPENING
            while (jpeg := await self._take()) is not None:
                yield mjpeg.part(jpeg)
                await asyncio.sleep(LEAST_GAP)
        finally:
            self._task.cancel()

    async def _take(self) -> bytes | None:
        await self._news.wait()
        jpeg, self._newest = (None, None) if self._task.done() else (self._newest, None)
        if jpeg is not None:
            self._news.clear()
        self._taken_at = asyncio.get_running_loop().time()
        return jpeg

    def _show(self, jpeg: bytes) -> None:
        self._newest = jpeg
        self._news.set()

    async def _run(self, addresses: Addresses) -> None:
        following = asyncio.create_task(_follow(addresses, self._show))
        watching = asyncio.create_task(self._watch())
        both = {following, watching}
        try:
            await asyncio.wait(both, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            ends = await asyncio.gather(*both, return_exceptions=True)
            self._fault = next((str(end) for end in ends if isinstance(end, NoPicture)), "")
            for end in ends:
                if isinstance(end, Exception) and not isinstance(end, NoPicture):
                    logger.error("A moving picture broke", exc_info=end)

    async def _watch(self) -> None:
        """Ends when the page is gone or may no longer look. Who can't say so in a second says no."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._taken_at < UNTAKEN:
            await asyncio.sleep(LOOK)
            try:
                async with asyncio.timeout(1):
                    if not await self._may_look():
                        return
            except (PublicAccessError, TimeoutError):
                return

    def _end(self, session_id: str, task: asyncio.Task[None]) -> None:
        _running[session_id] -= 1
        if not _running[session_id]:
            del _running[session_id]
        self._news.set()


async def _follow(addresses: Addresses, show: Callable[[bytes], None]) -> None:
    if addresses.is_simulated:
        await camera_card.follow(show)
    elif addresses.stream is not None:
        await camera_line.follow(addresses.stream, show)
