"""What is asked of a camera, and how long and how much of it is listened to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import httpx

from visitor_portal.public_access import new_http

from . import mjpeg

PATIENCE = 3.0  # seconds for a whole single picture, and for a moving one to begin
FRAME_SECONDS = 5.0  # until the next picture of a moving one
MOST_PICTURE = mjpeg.MOST_FRAME
MOST_SDP = 64 * 1024
FASTEST = 1 / 30  # seconds between two pictures: a camera that sends more is read no faster

_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()


class NoPicture(Exception):
    """The camera did not answer, or with something that is no picture. Its words name no address."""


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str


def _client() -> httpx.AsyncClient:
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = new_http()
    return _clients[loop]


@asynccontextmanager
async def _asked(
    method: str, url: httpx.URL, offer: bytes | None = None
) -> AsyncIterator[tuple[httpx.Response, asyncio.Timeout]]:
    """What was not refused, and the time that is left to hear all of it: from the first word on, it has PATIENCE.

    Whatever goes wrong, the camera's address is in no log and in no traceback.
    """
    headers = {"Accept-Encoding": "identity", "Connection": "close"}
    if offer is not None:
        headers["Content-Type"] = "application/sdp"
    try:
        async with (
            asyncio.timeout(PATIENCE) as patience,
            _client().stream(method, url, content=offer, headers=headers, timeout=FRAME_SECONDS) as answer,
        ):
            if not answer.is_success or answer.headers.get("Content-Encoding", "identity") != "identity":
                raise NoPicture(f"status {answer.status_code}")
            yield answer, patience
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, mjpeg.Garbage) as error:
        raise NoPicture(type(error).__name__) from None


async def _body(answer: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > most:
            raise NoPicture("too large")
    return bytes(body)


async def picture(url: httpx.URL) -> Picture:
    """A single picture. Its first bytes say of which kind; that it is a picture, the camera must say as well."""
    async with _asked("GET", url) as (answer, _):
        body = await _body(answer, MOST_PICTURE)
    kind = _kind(body)
    if not kind or not answer.headers.get("Content-Type", "").startswith("image/"):
        raise NoPicture("no picture")
    return Picture(body, kind)


async def follow(url: httpx.URL, show: Callable[[bytes], None]) -> None:
    """Hands on each picture of a moving one, until the camera ends it or falls silent."""
    loop = asyncio.get_running_loop()
    async with _asked("GET", url) as (answer, patience):
        cutter = mjpeg.Cutter(mjpeg.boundary_of(answer.headers.get("Content-Type", "")))
        async for chunk in answer.aiter_raw():
            for jpeg in cutter.add(chunk):
                show(jpeg)
                patience.reschedule(loop.time() + FRAME_SECONDS)
                await asyncio.sleep(FASTEST)


async def exchange(url: httpx.URL, offer: bytes) -> bytes:
    """go2rtc's answer to a browser's offer, as WHEP has it."""
    async with _asked("POST", url, offer) as (answer, _):
        body = await _body(answer, MOST_SDP)
    if not body.startswith(b"v=0") or not answer.headers.get("Content-Type", "").startswith("application/sdp"):
        raise NoPicture("no SDP")
    return body


def _kind(body: bytes) -> str:
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _KINDS.items() if body.startswith(start)), "")
