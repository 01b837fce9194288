"""The picture of an invite: whatever a phone made, kept small and plain."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from visitor_portal.building import invites
from visitor_portal.building.admin import photos
from visitor_portal.building.models import Access, Invite

from .forms import errors, read


def picture(size=(40, 30), kind="JPEG", mode="RGB", colour="red", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    kept = Image.open(BytesIO(data))
    assert kept.format == "JPEG"
    return kept


@pytest.fixture
def invite(building) -> Invite:
    invite, _ = invites.issue(Access.objects.create(building=building, name="x"))
    return invite


def upload(desk, invite, data: bytes, **more):
    url = f"/admin/building/invite/{invite.id}/change/"
    door = invite.access.building.doors.create(name={"en": "Lobby"})
    sent = read(desk, url).sent | {"doors": [door.id], "new_photo": SimpleUploadedFile("p.jpg", data)} | more
    return desk.post(url, sent)


# -- what is kept


@pytest.mark.parametrize(
    ("size", "kept"), [((4000, 3000), (1200, 900)), ((900, 1800), (600, 1200)), ((40, 30), (40, 30))]
)
def test_it_is_at_most_1200_pixels_a_side(size, kept):
    assert opened(photos.small(picture(size))).size == kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_written_anew_as_jpeg(kind):
    opened(photos.small(picture(kind=kind)))


def test_it_stands_upright_and_what_a_camera_wrote_beside_it_is_gone():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "42 Secret Street"  # lying on its side
    kept = photos.small(picture((40, 30), exif=exif.tobytes()))
    assert opened(kept).size == (30, 40)
    assert (dict(opened(kept).getexif()), b"Secret" in kept) == ({}, False)


def test_what_shines_through_becomes_white():
    kept = opened(photos.small(picture(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))))
    assert kept.convert("L").histogram()[:250] == [0] * 250


def test_even_noise_stays_below_half_a_megabyte():
    noise = Image.effect_noise((3000, 3000), 200).convert("RGB")
    out = BytesIO()
    noise.save(out, "JPEG", quality=95)
    assert len(photos.small(out.getvalue())) <= 512 * 1024


# -- what is refused


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        picture(kind="GIF", mode="P", colour=0),
        picture(kind="TIFF"),
        picture()[:200],
        picture(kind="PNG")[:60],
    ],
)
def test_anything_else_is_refused_with_a_sentence(data):
    with pytest.raises(ValidationError, match="This is no picture that can be read"):
        photos.small(data)


@pytest.mark.parametrize("size", [(8000, 8001), (14_000, 14_000)])
def test_a_picture_that_unpacks_to_a_great_many_pixels_is_refused(size):
    with pytest.raises(ValidationError, match="at most 64 megapixels"):
        photos.small(picture(size, kind="PNG", mode="1", colour=0))


# -- at the desk


def test_it_is_uploaded_shown_and_taken_away(desk, invite):
    assert upload(desk, invite, picture((1600, 1600))).status_code == 302
    shown = desk.get(f"/admin/building/invite/{invite.id}/photo/")
    assert (shown["Content-Type"], opened(shown.content).size) == ("image/jpeg", (1200, 1200))
    url = f"/admin/building/invite/{invite.id}/change/"
    desk.post(url, read(desk, url).sent | {"forget_photo": "on"})
    assert desk.get(f"/admin/building/invite/{invite.id}/photo/").status_code == 404


def test_what_is_no_picture_is_refused_at_its_field(desk, invite):
    assert list(errors(upload(desk, invite, b"hello"))) == ["new_photo"]


def test_what_would_not_get_through_is_refused_with_the_limit(desk, invite):
    answer = upload(desk, invite, b"x" * (8 * 1024 * 1024 + 1))
    assert errors(answer) == {"new_photo": ["At most 8 MB get through."]}


def test_a_photo_as_a_phone_makes_it_is_taken_in(desk, invite):
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    out = BytesIO()
    noise.save(out, "JPEG", quality=88)
    assert 4_000_000 < len(out.getvalue()) < 8 * 1024 * 1024
    assert upload(desk, invite, out.getvalue()).status_code == 302
    shown = desk.get(f"/admin/building/invite/{invite.id}/photo/").content
    assert (opened(shown).size, len(shown) <= photos.MOST_BYTES) == ((1200, 900), True)
