"""The resident sees the door: the picture moves, says how old it is, and goes with the visit."""

import re
import time
from collections.abc import Iterator
from queue import Queue

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.camera_server import CameraServer, hang

from .browser import Phone, soon
from .conftest import Phones, Sites
from .site import Home, Site
from .steps import call, go_to_door, tap, wait_at_home

pytestmark = pytest.mark.browser
NAME = "Chidi Okafor"
PIXEL = "() => [...document.querySelector('canvas.camera__picture').getContext('2d').getImageData(8, 8, 1, 1).data]"
SILENT = "The camera does not answer. The door still works."


@pytest.fixture(scope="module")
def camera() -> Iterator[CameraServer]:
    with CameraServer() as server:
        yield server


@pytest.fixture(scope="module")
def seeing(chromium: Browser, sites: Sites, camera: CameraServer) -> Site:
    """A portal whose pictures come from `camera`."""
    return sites(**camera.settings)


def answered(site: Site, visitor: Phone, resident: Phone) -> Home:
    home = site.home(NAME)
    wait_at_home(resident.page, home)
    call(visitor.page, site, home)
    go_to_door(resident.page)
    tap(resident.page, "Answer")
    return home


def pixel(page: Page) -> tuple[int, ...]:
    return tuple(page.evaluate(PIXEL))


def pixels(page: Page, seconds: float) -> int:
    """How many different pictures were shown meanwhile."""
    seen, until = set(), time.monotonic() + seconds
    while time.monotonic() < until:
        seen.add(pixel(page))
        page.wait_for_timeout(40)
    return len(seen)


def test_the_picture_moves_and_no_address_is_learned(seeing: Site, phones: Phones, camera: CameraServer):
    hang(seeing, "good")
    visitor, resident = phones(), phones()
    bodies: list[bytes] = []
    resident.context.on("response", lambda answer: bodies.append(read(answer)))
    answered(seeing, visitor, resident)
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=15_000)
    expect(resident.page.locator(".camera__label")).to_have_text("Camera good")
    assert pixels(resident.page, 3) > 5
    assert visitor.page.locator(".camera").count() == 0
    told = b"".join(bodies) + repr([answer.all_headers() for answer in resident.answers[:-1]]).encode()
    assert len(bodies) > 10 and b"Camera good" in told
    for secret in (camera.host.encode(), b"hunter2", b"stream.mjpeg", b"frame.jpeg"):
        assert secret not in told
    assert camera.host not in seeing.log.read_text() and "hunter2" not in seeing.log.read_text()


def read(answer: Response) -> bytes:
    """All that came but for moving pictures, which have no end."""
    try:
        return b"" if "/stream" in answer.url else answer.body()
    except Exception:  # noqa: BLE001 a redirect or a page that went away has none
        return b""


def test_a_camera_that_falls_silent_says_so_and_the_door_works(seeing: Site, phones: Phones, camera: CameraServer):
    hang(seeing, "good")
    visitor, resident = phones(), phones()
    resident.expects("404.*/camera/0")
    answered(seeing, visitor, resident)
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=15_000)
    camera.is_off = True
    try:
        expect(resident.page.locator(".camera__note")).to_have_text(SILENT, timeout=20_000)
        expect(resident.page.locator(".camera__age")).to_have_text(re.compile(r"^As of .*\d\d:\d\d:\d\d"))
    finally:
        camera.is_off = False
    expect(resident.page.locator(".camera__note")).to_be_empty(timeout=20_000)
    tap(resident.page, "Open the door")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("The door is open")


def test_a_camera_that_never_answers_holds_nothing_up(seeing: Site, phones: Phones, camera: CameraServer):
    hang(seeing, "locked")
    visitor, resident = phones(), phones()
    resident.expects("404.*/camera/0")
    answered(seeing, visitor, resident)
    expect(resident.page.locator(".camera__note")).to_have_text(SILENT, timeout=15_000)
    tap(resident.page, "Open the door")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("The door is open")


@pytest.mark.parametrize("end", ["visitor", "door"])
def test_the_picture_goes_with_the_visit(seeing: Site, phones: Phones, camera: CameraServer, end: str):
    hang(seeing, "good")
    seeing.write("UPDATE building_door SET open_seconds = 3")
    visitor, resident = phones(), phones()
    answered(seeing, visitor, resident)
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=15_000)
    if end == "visitor":
        visitor.page.locator("#tap-cancel, #hang-up").locator("visible=true").first.click()
    else:
        tap(resident.page, "Open the door")
        expect(resident.page.get_by_role("heading", level=1)).to_have_text("The door is open")
        expect(resident.page.locator(".camera")).to_be_visible()
    expect(resident.page.locator(".camera")).to_have_count(0, timeout=8_000)
    assert soon(resident.page, lambda: camera.watched == 0)


def test_several_cameras_one_at_a_time(seeing: Site, phones: Phones, camera: CameraServer):
    hang(seeing, "good", "simulated")
    visitor, resident = phones(), phones()
    answered(seeing, visitor, resident)
    expect(resident.page.locator(".camera__label")).to_have_text("Camera good")
    assert soon(resident.page, lambda: camera.watched == 1)
    tap(resident.page, "Camera simulated")
    expect(resident.page.locator(".camera__label")).to_have_text("Camera simulated")
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=15_000)
    assert soon(resident.page, lambda: camera.watched == 0)
    assert pixels(resident.page, 0.1) == 1 and resident.page.locator("canvas.camera__picture").is_visible()


def test_a_tap_makes_it_large_and_small_again(seeing: Site, phones: Phones, camera: CameraServer):
    hang(seeing, "good")
    visitor, resident = phones(), phones()
    answered(seeing, visitor, resident)
    box = resident.page.get_by_role("button", name="Enlarge the picture")
    small = box.bounding_box()
    box.click()
    large = box.bounding_box()
    assert small and large and large["height"] > 2 * small["height"] and large["x"] == 0
    resident.page.keyboard.press("Escape")
    assert box.bounding_box() == small


def test_without_scripts_there_is_a_picture_at_each_look(seeing: Site, phones: Phones, camera: CameraServer):
    hang(seeing, "good")
    visitor, resident = phones(), phones(java_script_enabled=False)
    home = seeing.home(NAME)
    call(visitor.page, seeing, home)
    resident.page.goto(home.url)
    resident.page.locator(".visit--rings").click()
    tap(resident.page, "Answer")
    shown = resident.page.locator("img.camera__picture")
    expect(shown).to_be_visible()
    before = camera.shots
    resident.page.wait_for_timeout(4000)
    assert camera.shots > before


def test_the_demo_shows_its_drawn_camera(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    answered(site, visitor, resident)
    expect(resident.page.locator(".camera__label")).to_have_text("Demo camera")
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=15_000)


# -- go2rtc

GO2RTC = """async (offer) => {
  const line = new RTCPeerConnection();
  const drawn = document.createElement("canvas");
  const pen = drawn.getContext("2d");
  const draw = () => { pen.fillStyle = `hsl(${performance.now() / 5 % 360} 90% 50%)`; pen.fillRect(0, 0, 300, 150); };
  setInterval(draw, 50);
  await line.setRemoteDescription({ type: "offer", sdp: offer });
  for (const track of drawn.captureStream(20).getTracks()) line.addTrack(track);
  await line.setLocalDescription();
  while (line.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return line.localDescription.sdp;
}"""


class StandIn:
    """A browser that answers the offers that come to the camera server, as go2rtc does."""

    def __init__(self, page: Page, camera: CameraServer) -> None:
        self.page = page
        self.offers: Queue[str] = Queue()
        self.answers: Queue[str] = Queue()
        camera.answer = self._answer

    def _answer(self, offer: str) -> str:
        self.offers.put(offer)
        return self.answers.get(timeout=10)

    def has_answered(self) -> bool:
        if self.offers.empty():
            return False
        self.answers.put(self.page.evaluate(GO2RTC, self.offers.get()))
        return True


@pytest.fixture(scope="module")
def talking(chromium: Browser, sites: Sites, camera: CameraServer) -> Site:
    return sites(**camera.settings, CAMERA_WEBRTC_URL=f"http://{camera.host}/api/webrtc?src={{device_id}}")


def test_video_comes_from_go2rtc(talking: Site, phones: Phones, camera: CameraServer):
    hang(talking, "talks")
    visitor, resident, other = phones(), phones(), phones()
    other.page.goto(talking.url)
    resident.expects("404.*/camera/0")  # it has no single pictures
    go2rtc = StandIn(other.page, camera)
    answered(talking, visitor, resident)
    assert soon(resident.page, go2rtc.has_answered)
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=10_000)
    video = resident.page.locator("video.camera__picture")
    expect(video).to_be_visible()
    first = video.evaluate("(video) => video.getVideoPlaybackQuality().totalVideoFrames")
    resident.page.wait_for_timeout(1000)
    assert video.evaluate("(video) => video.getVideoPlaybackQuality().totalVideoFrames") > first + 5


def test_without_its_video_the_picture_moves_all_the_same(talking: Site, phones: Phones, camera: CameraServer):
    hang(talking, "good")
    visitor, resident = phones(), phones()
    resident.expects("404.*/camera/0/webrtc")
    answered(talking, visitor, resident)
    expect(resident.page.locator(".camera__age")).to_have_text("Live", timeout=15_000)
    assert pixels(resident.page, 3) > 5
