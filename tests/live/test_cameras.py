"""The sign's cameras in the visit: who may look, when, and what a browser gets to read."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.camera_server import CameraServer
from tests.conftest import Person
from tests.pages import call, home, tap
from visitor_portal.building.models import Camera, Entry, Portal, Session

SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n"


@pytest.fixture
def camera(camera: CameraServer, settings) -> CameraServer:
    """It talks, too."""
    settings.CAMERA_WEBRTC_URL = f"http://{camera.host}/api/webrtc?src={{device_id}}"
    return camera


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person, bob: Person) -> str:
    """A call from `visitor`, by its address, at a sign with one camera."""
    Camera.objects.create(portal=portal, device_id="good", label="Lobby <b>")
    return str(call(visitor, portal, entry)["Location"])


@pytest.fixture
def answered(visit: str, alice: Person) -> Client:
    """Alice's browser, after her answer."""
    browser = home(alice.key)
    tap(browser, visit, "answer")
    return browser


PATHS = ["/camera/0", "/camera/0/stream"]


def test_who_answered_sees_the_picture(answered, visit, camera):
    picture = answered.get(f"{visit}/camera/0")
    assert picture.status_code == 200 and picture["Content-Type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8\xff")


def test_the_fragment_names_the_cameras(answered, visit, camera):
    page = answered.get(f"{visit}/cameras").content.decode()
    assert "Lobby &lt;b&gt;" in page and f'data-stream="{visit}/camera/0/stream"' in page
    assert "127.0.0.1" not in page and "hunter2" not in page and "good" not in page


@pytest.mark.parametrize("path", PATHS)
def test_nobody_looks_before_the_answer(visit, alice, camera, path):
    browser = home(alice.key)
    assert [browser.get(visit + p).status_code for p in (path, "/cameras")] == [204, 204]
    assert camera.asked == []


@pytest.mark.parametrize("path", [*PATHS, "/cameras"])
def test_the_visitor_and_strangers_never_look(visitor, answered, visit, mallory, camera, path):
    for browser in (visitor, Client(), home(mallory.key)):
        assert browser.get(visit + path).status_code == 403
    assert camera.asked == []


@pytest.mark.parametrize("path", PATHS)
def test_nor_does_the_flatmate_who_lost(answered, visit, bob, camera, path):
    assert home(bob.key).get(visit + path).status_code == 403
    assert camera.asked == []


@pytest.mark.parametrize("end", ["decline", "cancel"])
def test_nobody_looks_after_the_end(visitor, answered, visit, camera, end):
    tap(answered if end == "decline" else visitor, visit, end)
    assert [answered.get(visit + path).status_code for path in PATHS] == [204, 204]
    assert camera.asked == []


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (5, 200), (9, 204)])
def test_after_the_door_opened_until_it_shuts(answered, visit, camera, door, time_machine, seconds, status):
    tap(answered, visit, "open")
    assert Session.objects.get().state == "accepted" and door.open_seconds == 7
    time_machine.move_to(timezone.now() + timedelta(seconds=seconds))
    assert answered.get(f"{visit}/camera/0").status_code == status


def test_a_visit_past_its_time_shows_nothing(answered, visit, camera, settings, time_machine):
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.TALK_SECONDS + 1))
    assert answered.get(f"{visit}/camera/0").status_code == 204


@pytest.mark.parametrize("number", ["1", "99999999999", "-1", "x"])
def test_there_are_no_other_cameras(answered, visit, camera, number):
    assert answered.get(f"{visit}/camera/{number}").status_code == 404
    assert camera.asked == []


@pytest.mark.parametrize("way", ["locked", "lying", "moved", "huge", "nowhere"])
def test_a_camera_in_trouble_is_one_calm_page(answered, visit, camera, way, caplog):
    Camera.objects.update(device_id=way)
    pages = [answered.get(visit + path) for path in PATHS]
    assert [page.status_code for page in pages] == [404, 404]
    text = "".join(page.content.decode() for page in pages) + caplog.text
    assert "The door still works" in text and text.count("does not answer:") == 1
    assert camera.host not in text and "hunter2" not in text


def test_no_address_no_picture(answered, visit, settings):
    assert answered.get(f"{visit}/camera/0").status_code == 404
    assert answered.get(f"{visit}/camera/0/stream").status_code == 404


def test_the_drawn_camera_needs_no_address(answered, visit):
    Camera.objects.update(device_id="simulated")
    assert answered.get(f"{visit}/camera/0").content.startswith(b"\xff\xd8\xff")


def test_a_page_without_scripts_has_the_picture(answered, visit, visitor):
    page = answered.get(f"{visit}?as=callee&plain").content.decode()
    assert re.findall(r'<img class="camera__picture" src="([^"]+)"', page) == [f"{visit}/camera/0"]
    assert "camera" not in visitor.get(f"{visit}?plain").content.decode()


# -- go2rtc


def offered(browser: Client, visit: str, seal: str | None = None, sdp: str = SDP, kind: str = "application/sdp"):
    if seal is None:
        seal = re.findall(r'data-seal="([^"]+)"', browser.get(f"{visit}/cameras").content.decode())[0]
    return browser.post(f"{visit}/camera/0/webrtc", sdp, content_type=kind, headers={"X-Seal": seal})


def test_an_offer_is_answered(answered, visit, camera):
    Camera.objects.update(device_id="talks")
    camera.answer = lambda offer: offer + "a=answer\r\n"
    answer = offered(answered, visit)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/sdp"
    assert answer.content.decode() == SDP + "a=answer\r\n"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"seal": ""}, 403),
        ({"seal": "forged:x:y"}, 403),
        ({"kind": "application/json"}, 400),
        ({"sdp": "<html>"}, 400),
    ],
)
def test_nothing_else_reaches_go2rtc(answered, visit, camera, more, status):
    Camera.objects.update(device_id="talks")
    assert offered(answered, visit, **more).status_code == status
    assert camera.asked == []


def test_the_visitor_offers_nothing(visitor, answered, visit, camera):
    assert offered(visitor, visit, seal="x").status_code == 403
    assert camera.asked == []


@pytest.mark.parametrize("path", ["/camera/0", "/camera/0/stream", "/cameras"])
def test_pictures_are_only_read(answered, visit, camera, path):
    assert [answered.post(visit + path).status_code, answered.head(visit + path).status_code] == [405, 405]
    assert answered.get(f"{visit}/camera/0/webrtc").status_code == 405
