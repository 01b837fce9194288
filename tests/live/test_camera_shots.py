"""One picture a second, however many look."""

import asyncio

from tests.camera_server import jpeg
from visitor_portal.live import camera_addresses, camera_shots
from visitor_portal.live.camera_addresses import Addresses
from visitor_portal.live.camera_line import NoPicture
from visitor_portal.public_access.wire import Camera


def named(device_id: str) -> Addresses:
    return camera_addresses.of(Camera(device_id))


async def test_viewers_in_the_same_second_share_a_picture(camera):
    shots = await asyncio.gather(*(camera_shots.newest(named("good"), "visit") for _ in range(10)))
    assert len({shot.content for shot in shots}) == 1 and len(camera.asked) == 1
    assert await camera_shots.newest(named("good"), "visit") == shots[0]
    await camera_shots.newest(named("good"), "another visit")
    assert len(camera.asked) == 2


async def test_nothing_is_kept_for_longer(camera):
    first = await camera_shots.newest(named("good"), "visit")
    await asyncio.sleep(camera_shots.KEPT + 0.1)
    assert camera_shots._taken[asyncio.get_running_loop()] == {}
    assert (await camera_shots.newest(named("good"), "visit")).content != first.content


async def test_a_failure_is_shared_too(camera):
    shots = await asyncio.gather(
        *(camera_shots.newest(named("locked"), "visit") for _ in range(5)), return_exceptions=True
    )
    assert [type(shot) for shot in shots] == [NoPicture] * 5 and len(camera.asked) == 1


async def test_who_hangs_up_takes_the_picture_from_nobody(camera):
    first, second = (asyncio.create_task(camera_shots.newest(named("good"), "visit")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).content.startswith(b"\xff\xd8\xff")


async def test_a_camera_that_only_moves_gives_its_first_picture(camera, settings):
    settings.CAMERA_SNAPSHOT_URL = ""
    assert (await camera_shots.newest(named("good"), "visit")).content == jpeg(0)


async def test_the_drawn_camera_tells_the_time(camera):
    first = await camera_shots.newest(named("simulated"), "visit")
    await asyncio.sleep(camera_shots.KEPT + 0.1)
    assert first.content != (await camera_shots.newest(named("simulated"), "visit")).content
    assert camera.asked == []
