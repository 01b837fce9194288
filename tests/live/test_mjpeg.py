"""Rows of pictures, cut however the network cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.camera_server import jpeg, part
from visitor_portal.live.mjpeg import MOST_FRAME, Cutter, Garbage, boundary_of

FRAMES = [jpeg(0), jpeg(99), jpeg(200, 128)]
WAYS = {
    "measured": "Content-Type: image/jpeg\r\nContent-Length: {}",
    "unmeasured": "Content-Type: image/jpeg",
    "without a type": "X-Timestamp: 0.0\r\ncontent-length:{}",
}


def cut(sent: bytes, *sizes: int) -> list[bytes]:
    cutter, found = Cutter(b"--cut"), []
    for size in [*sizes, len(sent)]:
        found += cutter.add(sent[:size])
        sent = sent[size:]
    return found


def row(headers: str) -> bytes:
    return b"\r\n" + b"".join(part(frame, headers) for frame in FRAMES) + b"--cut\r\n"


@given(st.sampled_from(sorted(WAYS)), st.lists(st.integers(1, 400), max_size=30))
def test_the_same_pictures_however_they_come(way, sizes):
    found = cut(row(WAYS[way]), *sizes)
    assert [frame.rstrip(b"\r\n") for frame in found] == FRAMES


def test_one_byte_at_a_time():
    assert cut(row(WAYS["measured"]), *[1] * len(row(WAYS["measured"]))) == FRAMES


def test_only_pictures_are_handed_on():
    assert cut(part(b"<html>") + part(FRAMES[0]) + part(b"GIF89a") + part(FRAMES[1])) == FRAMES[:2]


@pytest.mark.parametrize(
    "sent",
    [
        part(b"", f"Content-Length: {MOST_FRAME + 1}"),
        part(b"\xff\xd8\xff" + bytes(MOST_FRAME + 100), "Content-Type: image/jpeg"),
        b"--cut\r\nX: " + b"y" * 5000,
        bytes(MOST_FRAME + 70_000),
        part(b"no picture" * 100) * 3000,
    ],
    ids=["too long by its word", "too long", "endless headers", "nothing between", "never a picture"],
)
def test_garbage_is_not_listened_to(sent):
    with pytest.raises(Garbage):
        cut(sent, *[4096] * (len(sent) // 4096))


def test_nothing_is_heaped_up():
    cutter = Cutter(b"--cut")
    for _ in range(1000):
        cutter.add(part(FRAMES[2]))
    assert len(cutter._held) < 4096


@pytest.mark.parametrize("name", ["cut", '"cut"', "--cut", '"--cut"'])
def test_boundaries_as_cameras_write_them(name):
    assert boundary_of(f"multipart/x-mixed-replace; boundary={name}") == b"--cut"


@pytest.mark.parametrize(
    "kind",
    ["", "image/jpeg", "multipart/x-mixed-replace", "text/html; boundary=cut", "multipart/form-data; boundary=x"],
)
def test_anything_else_is_no_row_of_pictures(kind):
    with pytest.raises(Garbage):
        boundary_of(kind)
