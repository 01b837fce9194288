"""The channel layer of a single process."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer

CAPACITY = 256  # messages for one socket; more are dropped. What a side kept for the other, and then says, fits in


class InProcessLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """Channels' own looks through all channels and groups at every call. Here a call costs what its group costs.

    And it may be told things from a thread with a loop of its own, as a chore or a door's contact does: the sockets
    wait on the server's loop, so that is where the telling is done.
    """

    forgets_groups = False  # it ends with the process: who joined need not join again
    _loop: asyncio.AbstractEventLoop | None = None  # where the sockets wait

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"capacity": CAPACITY, **options})
        self._given_up: dict[str, set[str]] = {}  # the groups of those who seemed dead

    async def receive(self, channel: str) -> Any:
        self._loop = asyncio.get_running_loop()
        for group in self._given_up.pop(channel, ()):  # it was only slow
            await self.group_add(group, channel)
        return await super().receive(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.require_valid_group_name(group)
        there = self._loop
        if there is None or there is asyncio.get_running_loop() or not there.is_running():
            await self._tell(group, message)
        else:
            sending = self._tell(group, message)
            try:
                told = asyncio.run_coroutine_threadsafe(sending, there)
            except RuntimeError:  # the server has just ended, and its sockets with it
                sending.close()
            else:
                await asyncio.wrap_future(told)

    async def group_discard(self, group: str, channel: str) -> None:
        """A socket says this at its end: what it has not read by then goes with it."""
        await super().group_discard(group, channel)
        self._given_up.pop(channel, None)
        queue = self.channels.get(channel)
        if queue is not None and not queue._getters:
            del self.channels[channel]

    async def _tell(self, group: str, message: dict[str, Any]) -> None:
        for channel in list(self.groups.get(group, ())):
            if self._is_dead(channel):
                await super().group_discard(group, channel)
                self._given_up.setdefault(channel, set()).add(group)
                del self.channels[channel]
                continue
            with suppress(ChannelFull):
                await self.send(channel, message)

    def _is_dead(self, channel: str) -> bool:
        """It has not read for as long as a message lasts."""
        queue = self.channels.get(channel)
        return queue is not None and not queue.empty() and queue._queue[0][0] < time.time()

    def _clean_expired(self) -> None:
        """Nothing is looked through: who leaves says so, and who died is found when its group is next told."""
