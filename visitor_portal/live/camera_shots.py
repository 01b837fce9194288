"""Single pictures. Whoever looks at the same visit in the same second gets the same one; nothing else is kept."""

import asyncio
import contextvars
from functools import partial
from weakref import WeakKeyDictionary

from . import camera_card, camera_line
from .camera_addresses import Addresses
from .camera_line import NoPicture, Picture

KEPT = 1.0  # seconds

_Key = tuple[str, str]  # visit and camera
_Shots = dict[_Key, tuple[float, asyncio.Task[Picture]]]
_taken: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shots] = WeakKeyDictionary()


async def newest(addresses: Addresses, session_id: str) -> Picture:
    """A failure is shared for its second as well: a camera in trouble is left alone."""
    loop, key = asyncio.get_running_loop(), (session_id, addresses.device_id)
    shots = _taken.setdefault(loop, {})
    since, shot = shots.get(key, (0.0, None))
    if shot is None or (shot.done() and loop.time() - since >= KEPT):
        shot = loop.create_task(_take(addresses), context=contextvars.Context())
        shots[key] = (loop.time(), shot)
        shot.add_done_callback(partial(_end, shots, key))
    return await asyncio.shield(shot)


def _end(shots: _Shots, key: _Key, shot: asyncio.Task[Picture]) -> None:
    if not shot.cancelled():
        shot.exception()  # looked at: nobody may be left to hear of it
    asyncio.get_running_loop().call_later(KEPT, _drop, shots, key, shot)


def _drop(shots: _Shots, key: _Key, shot: asyncio.Task[Picture]) -> None:
    if key in shots and shots[key][1] is shot:
        del shots[key]


async def _take(addresses: Addresses) -> Picture:
    if addresses.is_simulated:
        return Picture(await camera_card.picture(), "image/jpeg")
    if addresses.snapshot is not None:
        return await camera_line.picture(addresses.snapshot)
    return await _first_of_stream(addresses)


class _Enough(Exception):
    pass


async def _first_of_stream(addresses: Addresses) -> Picture:
    """Of a camera that has moving pictures alone."""
    if addresses.stream is None:
        raise NoPicture("no address")
    first: list[bytes] = []

    def show(jpeg: bytes) -> None:
        first.append(jpeg)
        raise _Enough

    try:
        await camera_line.follow(addresses.stream, show)
    except _Enough:
        return Picture(first[0], "image/jpeg")
    raise NoPicture("no picture")
