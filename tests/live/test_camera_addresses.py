"""Where pictures may be fetched: where the operator says, and nowhere else."""

import pytest

from visitor_portal.live import camera_addresses
from visitor_portal.public_access.wire import Camera

STREAM = "http://viewer:secret@cams.internal:1984/api/stream.mjpeg?src={device_id}"
ESCAPES = [
    *("", ".", "..", "...", "../admin", "a/b", "a\\b", "%2e%2e", "a%2fb", "a?b", "a#b", "a&b=c", "a;b", "a b"),
    *("a\r\nHost: x", "a\0", "é", "a" * 129, "{device_id}", "@evil/", "//evil"),
]


@pytest.fixture(autouse=True)
def operator(settings) -> None:
    settings.CAMERA_SNAPSHOT_URL = "http://cams.internal/{device_id}/shot.jpg"
    settings.CAMERA_STREAM_URL = STREAM
    settings.CAMERA_HOSTS = ["pictures.example.com", "cams.example.com:8443"]


def test_a_name_is_put_where_the_operator_wants_it():
    found = camera_addresses.of(Camera("front_door.2"))
    assert str(found.snapshot) == "http://cams.internal/front_door.2/shot.jpg"
    assert found.stream and found.stream.params["src"] == "front_door.2"
    assert found.webrtc is None


@pytest.mark.parametrize("device_id", ESCAPES)
def test_a_name_leads_nowhere_else(device_id):
    found = camera_addresses.of(Camera(device_id))
    assert (found.snapshot, found.stream) == (None, None)


@pytest.mark.parametrize("device_id", ["a:b", "user@host", "-", "a..b"])
def test_odd_names_stay_in_their_place(device_id):
    found = camera_addresses.of(Camera(device_id))
    assert found.snapshot and found.stream
    assert found.snapshot.host == found.stream.host == "cams.internal"
    assert found.snapshot.path == f"/{device_id}/shot.jpg"
    assert dict(found.stream.params) == {"src": device_id}


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/x.jpg", "http://169.254.169.254/latest/", "http://localhost:6379/", "file:///etc/passwd"),
        *("https://pictures.example.com:8443/x", "https://cams.example.com/x", "https://pictures.example.com.evil/x"),
        *("https://pictures.example.com@evil.example/x", "https://me:you@pictures.example.com/x", "/x.jpg", "//x"),
        *(
            "https://evil.example\\@pictures.example.com/x",
            "ftp://pictures.example.com/x",
            "http://[::1]/x",
            "http://[",
        ),
    ],
)
def test_an_upstream_names_no_address_of_its_own(settings, address):
    settings.CAMERA_SNAPSHOT_URL = settings.CAMERA_STREAM_URL = ""
    found = camera_addresses.of(Camera("a", snapshot_url=address, stream_url=address))
    assert (found.snapshot, found.stream) == (None, None)


@pytest.mark.parametrize("address", ["https://pictures.example.com/x?y=1", "https://CAMS.example.com:8443/x"])
def test_but_for_hosts_that_are_allowed(settings, address):
    settings.CAMERA_SNAPSHOT_URL = ""
    found = camera_addresses.of(Camera("a", snapshot_url=address, stream_url=address))
    assert found.snapshot and found.snapshot.host in ("pictures.example.com", "cams.example.com")
    assert found.stream and found.stream.host == "cams.internal"  # the operator's word counts first


def test_the_drawn_camera_is_nowhere():
    found = camera_addresses.of(Camera("simulated"))
    assert found.is_simulated and found.can_move and (found.snapshot, found.stream) == (None, None)
