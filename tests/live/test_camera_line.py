"""What is asked of a real camera on this machine, and how little it takes to be no longer listened to."""

import asyncio
import logging
import time

import httpx
import pytest

from tests.camera_server import CameraServer, jpeg
from visitor_portal.live import camera_line
from visitor_portal.live.camera_line import FRAME_SECONDS, PATIENCE, NoPicture


def at(camera: CameraServer, way: str, kind: str = "frame.jpeg") -> httpx.URL:
    return httpx.URL(f"http://viewer:hunter2secret@{camera.host}/api/{kind}?src={way}")


class Enough(Exception):
    pass


async def watch(camera: CameraServer, way: str, frames: int) -> list[bytes]:
    found: list[bytes] = []

    def show(frame: bytes) -> None:
        found.append(frame)
        if len(found) == frames:
            raise Enough

    with pytest.raises(Enough):
        await camera_line.follow(at(camera, way, "stream.mjpeg"), show)
    return found


async def test_a_single_picture(camera):
    found = await camera_line.picture(at(camera, "good"))
    assert found.content == jpeg(8) and found.content_type == "image/jpeg"
    assert camera.seen[0]["Authorization"].startswith("Basic ")  # the operator's password goes to the camera


async def test_its_kind_is_what_it_is(camera):
    assert (await camera_line.picture(at(camera, "webp"))).content_type == "image/webp"


@pytest.mark.parametrize("way", ["good", "unmeasured", "fast"])
async def test_moving_pictures(camera, way):
    found = await watch(camera, way, 5)
    assert len(set(found)) > 1 and all(frame.startswith(b"\xff\xd8\xff") for frame in found)


async def test_a_fast_camera_is_read_no_faster_than_it_helps(camera):
    started = time.monotonic()
    await watch(camera, "fast", 20)
    assert time.monotonic() - started > 19 * camera_line.FASTEST


@pytest.mark.parametrize(
    "way", ["slow", "dripping", "lying", "drawing", "locked", "moved", "packed", "huge", "nothing-such"]
)
async def test_a_bad_camera_gives_no_picture_in_time(camera, way):
    started = time.monotonic()
    with pytest.raises(NoPicture) as caught:
        await camera_line.picture(at(camera, way))
    assert time.monotonic() - started < PATIENCE + 0.5
    assert camera.host not in repr(caught.value) and caught.value.__suppress_context__ | (
        caught.value.__context__ is None
    )
    assert len(camera.asked) == 1  # no redirect was followed


@pytest.mark.parametrize("way", ["slow", "dripping", "lying", "locked", "moved", "garbage", "huge", "stuck"])
async def test_a_bad_stream_ends(camera, way):
    started, found = time.monotonic(), list[bytes]()
    with pytest.raises(NoPicture):
        await camera_line.follow(at(camera, way, "stream.mjpeg"), found.append)
    assert time.monotonic() - started < FRAME_SECONDS + 1
    assert len(found) == (way == "stuck") and len(camera.asked) == 1


async def test_nobody_listens_there():
    with pytest.raises(NoPicture, match="ConnectError"):
        await camera_line.picture(httpx.URL("http://127.0.0.1:1/x"))


async def test_an_offer_and_its_answer(camera):
    camera.answer = lambda offer: offer.replace("offer", "answer")
    assert await camera_line.exchange(at(camera, "talks", "webrtc"), b"v=0\r\ns=offer\r\n") == b"v=0\r\ns=answer\r\n"
    assert camera.seen[0]["Content-Type"] == "application/sdp"


@pytest.mark.parametrize("way", ["good", "locked", "moved"])
async def test_an_answer_that_is_none(camera, way):
    with pytest.raises(NoPicture):
        await camera_line.exchange(at(camera, way, "webrtc"), b"v=0\r\n")


async def test_nothing_of_the_address_is_written_down(camera, caplog):
    caplog.set_level(logging.INFO)
    for way in ("good", "locked", "packed"):
        await asyncio.gather(camera_line.picture(at(camera, way)), return_exceptions=True)
    assert camera.host not in caplog.text and "hunter2" not in caplog.text
