"""The channel layer of a single process."""

import asyncio
import time
from typing import Any

from channels.layers import InMemoryChannelLayer

SWEEP = 5.0  # seconds between two searches for what has expired


class InProcessLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """Channels' own, which looks through every channel at every call. Here it looks now and then.

    And it may be told things from a thread with a loop of its own, as a chore or a door's contact does: the sockets
    wait on the server's loop, so that is where the telling is done.
    """

    _swept = 0.0
    _loop: asyncio.AbstractEventLoop | None = None  # where the sockets wait

    async def receive(self, channel: str) -> Any:
        self._loop = asyncio.get_running_loop()
        return await super().receive(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        there = self._loop
        if there is None or there is asyncio.get_running_loop() or not there.is_running():
            await super().group_send(group, message)
        else:
            sending = super().group_send(group, message)
            try:
                told = asyncio.run_coroutine_threadsafe(sending, there)
            except RuntimeError:  # the server has just ended, and its sockets with it
                sending.close()
            else:
                await asyncio.wrap_future(told)

    def _clean_expired(self) -> None:
        now = time.monotonic()
        if now - self._swept >= SWEEP:
            self._swept = now
            super()._clean_expired()
