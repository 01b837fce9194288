"""Hears what the channel layer says of one session, for all its sockets in this process."""

import asyncio
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from visitor_portal import events

from .trouble import Trouble

PATIENCE = 1.0  # seconds; a layer that hangs is a layer that is down
RENEW = 5.0  # seconds after which the group is joined anew: a Redis that started again has forgotten it
RETRY = 1.0  # seconds between two tries to reach a layer that is down

_trouble = Trouble(
    "The channel layer is down (%s); pages learn of changes by polling.",
    "The channel layer is back; changes are pushed again.",
)


class Ear:
    """`heard` is called at each event. `turned` is called when events come no more, and when they come again."""

    def __init__(self, session_id: str, heard: Callable[[], None], turned: Callable[[], None]) -> None:
        self.is_open = False
        self.settled = asyncio.Event()  # whether it is open is known
        self._group = events.session_group(session_id)
        self._heard, self._turned = heard, turned

    async def listen(self) -> None:
        """Until it is cancelled, whatever happens to the layer."""
        try:
            while True:
                try:
                    await self._stay()
                except Exception as error:  # noqa: BLE001 each backend has errors of its own
                    _trouble.meet(self, type(error).__name__)
                    self._turn(False)
                await asyncio.sleep(RETRY)
        finally:
            _trouble.leave(self)

    async def _stay(self) -> None:
        layer: Any = get_channel_layer()
        channel = await layer.new_channel()
        try:
            await (self._renew if getattr(layer, "forgets_groups", True) else self._hear_on)(layer, channel)
        finally:
            await self._leave(layer, channel)

    async def _join(self, layer: Any, channel: str) -> None:
        async with asyncio.timeout(PATIENCE):
            await layer.group_add(self._group, channel)
        _trouble.pass_by(self)
        self._turn(True)

    async def _hear_on(self, layer: Any, channel: str) -> None:
        """In a layer that forgets nobody: among many visits even a look now and then would cost."""
        await self._join(layer, channel)
        while True:
            await layer.receive(channel)
            self._heard()

    async def _renew(self, layer: Any, channel: str) -> None:
        receiving: asyncio.Task[Any] | None = None
        try:
            while True:
                await self._join(layer, channel)
                receiving = receiving or asyncio.create_task(layer.receive(channel))
                receiving = await self._hear(layer, channel, receiving)
        finally:
            if receiving:
                receiving.cancel()
                await asyncio.gather(receiving, return_exceptions=True)

    async def _hear(self, layer: Any, channel: str, receiving: "asyncio.Task[Any]") -> "asyncio.Task[Any]":
        """For the time of one renewal."""
        loop = asyncio.get_running_loop()
        until = loop.time() + RENEW
        while (left := until - loop.time()) > 0:
            if (await asyncio.wait({receiving}, timeout=left))[0]:
                receiving.result()
                receiving = asyncio.create_task(layer.receive(channel))
                self._heard()
        return receiving

    async def _leave(self, layer: Any, channel: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await layer.group_discard(self._group, channel)
        except Exception:  # noqa: BLE001 it is down: the membership ends by itself
            return

    def _turn(self, is_open: bool) -> None:
        is_new, self.is_open = is_open != self.is_open, is_open
        if is_new and self.settled.is_set():
            self._turned()
        self.settled.set()
