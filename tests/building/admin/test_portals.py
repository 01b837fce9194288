"""Signs: what a sticker says, how it is printed, and how it is replaced."""

from xml.etree import ElementTree

import pytest
from django.contrib.admin.utils import quote
from django.utils import timezone

from visitor_portal.building import signs
from visitor_portal.building.models import Portal
from visitor_portal.building.refusals import Refusal

from .forms import send, text


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.PUBLIC_BASE_URL = "https://portal.example"


def page(portal, name: str = "change") -> str:
    return f"/admin/building/portal/{quote(portal.pk)}/{name}/"


def rotate(desk, portal):
    return desk.post(page(portal, "rotate"), {"sure": "yes"})


def listed(desk, query: str = "") -> set[str]:
    return {row.pk for row in desk.get(f"/admin/building/portal/{query}").context["cl"].result_list}


# -- the sticker


def test_the_page_shows_the_stickers_address_and_code(desk, portal):
    html = desk.get(page(portal)).content.decode()
    assert f"https://portal.example/p/{portal.public_id}" in html
    assert f'<img class="desk-qr" src="{page(portal, "qr")}"' in html


def test_the_code_is_a_drawing_without_scripts(desk, portal):
    answer = desk.get(page(portal, "qr"))
    assert answer["Content-Type"] == "image/svg+xml"
    drawing = ElementTree.fromstring(answer.content)
    assert {element.tag.rpartition("}")[2] for element in drawing.iter()} <= {"svg", "path", "g", "rect"}


def test_the_code_says_the_address(desk, portal):
    expected = signs.qr_code(f"https://portal.example/p/{portal.public_id}")
    assert signs.qr_code(signs.url_of(portal)).matrix == expected.matrix


def test_the_sign_can_be_printed(desk, portal):
    said = text(desk.get(page(portal, "sign")))
    assert all(words in said for words in ("Harbour House", "Lobby", f"https://portal.example/p/{portal.public_id}"))


def test_a_new_one_has_no_sticker_yet(desk, door):
    assert "QR code" not in text(desk.get("/admin/building/portal/add/"))


@pytest.mark.parametrize("name", ["-_starts_oddly", "with_under_scores"])
def test_any_public_id_has_its_pages(desk, door, name):
    portal = Portal.objects.create(public_id=name, door=door, name={"en": "Lobby"})
    assert [desk.get(page(portal, view)).status_code for view in ("change", "qr", "sign")] == [200, 200, 200]


# -- rotating


def test_rotating_asks_first(desk, portal):
    assert "The old one says at once that it is no longer in use." in text(desk.post(page(portal, "rotate")))
    assert Portal.objects.count() == 1


def test_a_new_sticker_is_like_the_old_one(desk, portal):
    Portal.objects.update(direction="out", directory="disabled", directory_message={"en": "Ring the bell."})
    answer = rotate(desk, portal)
    portal.refresh_from_db()
    new = Portal.objects.get(retired_at=None)
    same = ("door_id", "direction", "name", "directory", "directory_message")
    assert [getattr(new, name) for name in same] == [getattr(portal, name) for name in same]
    assert new.public_id != portal.public_id
    assert answer.url == page(new)


def test_a_new_sticker_keeps_the_cameras(desk, portal):
    portal.cameras.create(device_id="front", label="Front", position=1)
    portal.cameras.create(device_id="yard", label="Yard", position=2)
    rotate(desk, portal)
    assert list(Portal.objects.get(retired_at=None).cameras.values_list("device_id", "label", "position")) == [
        ("front", "Front", 1),
        ("yard", "Yard", 2),
    ]


def test_the_old_sticker_is_gone_and_the_new_one_works(desk, portal, client):
    rotate(desk, portal)
    new = Portal.objects.get(retired_at=None)
    where = "/api/v1/public/access/portals/"
    assert client.get(f"{where}{portal.public_id}").status_code == 410
    assert client.get(f"{where}{new.public_id}").status_code == 200
    assert client.get(f"/p/{portal.public_id}").status_code == 410


def test_it_is_rotated_once(desk, portal):
    assert [rotate(desk, portal).status_code for _ in range(2)] == [302, 403]
    assert Portal.objects.count() == 2


def test_of_two_at_once_one_makes_a_sticker(portal):
    stale = Portal.objects.get(pk=portal.pk)
    signs.rotate(portal, timezone.now())
    with pytest.raises(Refusal, match="gone"):
        signs.rotate(stale, timezone.now())
    assert Portal.objects.count() == 2


# -- the list


def test_retired_ones_are_out_of_the_way(desk, portal):
    new = signs.rotate(portal, timezone.now())
    assert listed(desk) == {new.pk}
    assert listed(desk, "?sticker=retired") == {portal.pk}
    assert listed(desk, "?sticker=all") == {new.pk, portal.pk}


def test_a_retired_one_is_for_reading_only(desk, portal):
    signs.rotate(portal, timezone.now())
    html = desk.get(page(portal)).content.decode()
    assert 'name="_save"' not in html
    assert "Rotate" not in html
    assert desk.post(page(portal), {"name_en": "x"}).status_code == 403


# -- its cameras


def add_camera(desk, portal, device_id):
    line = {"label": "Front", "device_id": device_id, "position": "0", "id": "", "portal": portal.pk}
    sent = {f"cameras-0-{name}": value for name, value in line.items()}
    return send(desk, page(portal), **{"cameras-TOTAL_FORMS": "1"}, **sent)


def test_a_camera_is_added_to_a_sign(desk, portal):
    assert add_camera(desk, portal, "front_door.2").status_code == 302
    assert [(c.device_id, c.label) for c in portal.cameras.all()] == [("front_door.2", "Front")]


@pytest.mark.parametrize("device_id", ["", "..", "../admin", "a/b", "a b", "a?b", "é"])
def test_a_name_that_could_lead_elsewhere_is_refused(desk, portal, device_id):
    assert add_camera(desk, portal, device_id).status_code == 200
    assert not portal.cameras.exists()
