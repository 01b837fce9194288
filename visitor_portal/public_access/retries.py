"""Reading again, once. A read changes nothing; nothing else is ever sent a second time."""

from __future__ import annotations

import asyncio
import random

import httpx

from .answers import retry_after
from .errors import Unreachable
from .transport import Answer, exchange

_MOMENTARY = (502, 503, 504)
_SHORTEST, _LONGEST, _LONGEST_ASKED = 0.1, 0.5, 2

_dice = random.SystemRandom()


async def read(http: httpx.AsyncClient, request: httpx.Request, *, until: float, most: int) -> Answer:
    first = await _attempt(http, request, until, most)
    pause = _pause(first)
    if pause is not None and asyncio.get_running_loop().time() + pause < until:
        await asyncio.sleep(pause)
        return await exchange(http, request, until=until, most=most)
    if isinstance(first, Unreachable):
        raise first
    return first


async def _attempt(http: httpx.AsyncClient, request: httpx.Request, until: float, most: int) -> Answer | Unreachable:
    try:
        return await exchange(http, request, until=until, most=most)
    except Unreachable as error:
        return error


def _pause(first: Answer | Unreachable) -> float | None:
    """How long to wait before the second attempt; None when there is to be none."""
    jitter = _dice.uniform(_SHORTEST, _LONGEST)
    if isinstance(first, Unreachable):
        return jitter
    asked = retry_after(first) or 0
    return max(jitter, asked) if first.status in _MOMENTARY and asked <= _LONGEST_ASKED else None
