"""A moving picture for one page: the present, as long as it may be shown, whatever the page and the camera do."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import pytest

from visitor_portal.live import camera_addresses, camera_feed
from visitor_portal.live.camera_feed import Feed, Full
from visitor_portal.live.camera_line import NoPicture
from visitor_portal.public_access.errors import Unreachable
from visitor_portal.public_access.wire import Camera


@pytest.fixture(autouse=True)
def nothing_goes_on(camera) -> Iterator[None]:
    yield
    assert not camera_feed._running


async def always() -> bool:
    return True


def feed(way: str, may_look=always, session_id: str = "visit") -> Feed:
    return Feed(camera_addresses.of(Camera(way)), session_id, may_look)


async def close(*feeds: Feed) -> None:
    for each in feeds:
        each._task.cancel()
    await asyncio.gather(*(each._task for each in feeds), return_exceptions=True)


async def taken(parts: AsyncIterator[bytes], number: int) -> list[bytes]:
    return [await anext(parts) for _ in range(number)]


async def test_pictures_come_as_they_are_made(camera):
    moving = feed("good")
    await moving.begin()
    parts = moving.parts()
    found = await taken(parts, 6)
    assert found[0] == b"--frame\r\n"
    assert all(part.startswith(b"Content-Type: image/jpeg\r\nContent-Length: ") for part in found[1:])
    assert all(part.endswith(b"\xff\xd9\r\n--frame\r\n") for part in found[1:]) and len(set(found)) == 6
    await parts.aclose()
    await close(moving)


async def test_ten_a_second_at_most(camera):
    moving = feed("fast")
    started, parts = time.monotonic(), moving.parts()
    await taken(parts, 11)
    assert time.monotonic() - started > 9 * camera_feed.LEAST_GAP
    await parts.aclose()
    await close(moving)


async def test_a_slow_page_sees_the_present_and_heaps_up_nothing(camera):
    """Frames of half a MiB at fifty a second, of which the page takes one in a second."""
    moving = feed("large")
    await moving.begin()
    parts = moving.parts()
    await taken(parts, 2)
    tracemalloc.start()
    for _ in range(4):
        await asyncio.sleep(1)
        await anext(parts)
    heaped = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert heaped < 6 * 2**20
    await parts.aclose()
    await close(moving)


async def test_it_ends_with_the_right_to_look(camera):
    may = {"look": True}

    async def look() -> bool:
        return may["look"]

    moving = feed("good", look)
    await moving.begin()
    may["look"] = False
    started = time.monotonic()
    async for _ in moving.parts():
        pass
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("trouble", ["silent", "broken"])
async def test_who_cannot_say_so_says_no(camera, trouble):
    async def look() -> bool:
        if trouble == "broken":
            raise Unreachable("down")
        await asyncio.sleep(60)
        return True

    moving = feed("good", look)
    started = time.monotonic()
    async for _ in moving.parts():
        pass
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("way", ["locked", "lying", "moved", "huge", "slow", "dripping", "garbage"])
async def test_a_bad_camera_never_begins(camera, way):
    moving = feed(way)
    with pytest.raises(NoPicture):
        await moving.begin()
    await close(moving)


async def test_a_camera_that_falls_silent_ends_it(camera):
    moving = feed("stuck")
    await moving.begin()
    started = time.monotonic()
    assert len([part async for part in moving.parts()]) == 2
    assert time.monotonic() - started < 6


async def test_two_of_a_visit_and_so_many_of_all(camera, settings):
    settings.CAMERA_STREAMS = 3
    running = [feed("good"), feed("good"), feed("good", session_id="another")]
    for session_id in ("visit", "a third"):
        with pytest.raises(Full):
            feed("good", session_id=session_id)
    await close(*running)
    await close(feed("good"))


async def test_a_page_that_never_takes_any_is_let_go(camera, monkeypatch):
    monkeypatch.setattr(camera_feed, "UNTAKEN", 1.0)
    moving = feed("good")
    started = time.monotonic()
    await asyncio.wait([moving._task])
    assert time.monotonic() - started < 3


async def test_it_lasts_no_longer_than_the_server_lets_it(camera, monkeypatch):
    monkeypatch.setattr(camera_feed, "SECONDS", 1.0)
    assert len([part async for part in feed("good").parts()]) > 4
