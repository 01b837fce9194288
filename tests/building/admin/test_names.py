"""Names in several languages are typed in as text."""

import pytest
from django.conf import settings
from django.contrib.admin.utils import quote

from visitor_portal.building.models import Building, Door, Entry, Light, Portal

from .forms import errors, read, send

ADDRESSES = {Building: "building", Door: "door", Portal: "portal", Entry: "entry", Light: "light"}


def page(thing) -> str:
    return f"/admin/building/{ADDRESSES[type(thing)]}/{quote(thing.pk)}/change/"


def test_each_language_has_an_input_and_english_stands_first(desk, door):
    Door.objects.filter(id=door.id).update(name={"en": "Lobby", "de": "Halle"})
    sent = read(desk, page(door)).sent
    assert [name for name in sent if name.startswith("name_")] == [
        f"name_{code}" for code in ("en", *settings.TRANSLATED)
    ]
    assert (sent["name_en"], sent["name_de"], sent["name_fr"]) == ("Lobby", "Halle", "")


def test_other_languages_are_behind_one_word(desk, door):
    html = desk.get(page(door)).content.decode()
    assert "<summary>Other languages</summary>" in html
    assert "<details>" in html


def test_they_are_in_sight_where_english_is_missing(desk, door):
    Door.objects.filter(id=door.id).update(name={"de": "Halle"})
    assert "<details open>" in desk.get(page(door)).content.decode()


def test_what_was_typed_is_kept_by_language(desk, door):
    assert send(desk, page(door), name_en="Main door", name_he="דלת").status_code == 302
    door.refresh_from_db()
    assert door.name == {"en": "Main door", "he": "דלת"}


def test_an_emptied_language_is_dropped(desk, door):
    Door.objects.filter(id=door.id).update(name={"en": "Lobby", "de": "Halle"})
    send(desk, page(door), name_de="  ")
    door.refresh_from_db()
    assert door.name == {"en": "Lobby"}


def test_a_language_without_an_input_is_kept_untouched(desk, door):
    Door.objects.filter(id=door.id).update(name={"en": "Lobby", "fi": "Aula"})
    assert "Kept as they are: fi." in desk.get(page(door)).content.decode()
    send(desk, page(door), name_en="Main door")
    door.refresh_from_db()
    assert door.name == {"en": "Main door", "fi": "Aula"}


def test_a_name_in_that_language_alone_suffices(desk, door):
    Door.objects.filter(id=door.id).update(name={"fi": "Aula"})
    assert send(desk, page(door)).status_code == 302
    door.refresh_from_db()
    assert door.name == {"fi": "Aula"}


def test_any_one_language_suffices(desk, door):
    assert send(desk, page(door), name_en="", name_ja="入口").status_code == 302
    door.refresh_from_db()
    assert door.name == {"ja": "入口"}


def test_no_name_at_all_is_refused(desk, door):
    answer = send(desk, page(door), name_en="")
    assert errors(answer) == {"name": ["Write it in one language at least."]}


@pytest.mark.parametrize("bad", ["x" * 201, "nul \0 inside"])
def test_what_is_no_name_is_refused_and_shown_again(desk, door, bad):
    answer = send(desk, page(door), name_de=bad)
    assert list(errors(answer)) == ["name"]
    door.refresh_from_db()
    assert door.name == {"en": "Lobby"}


@pytest.mark.parametrize(
    ("fixture", "fields"),
    [
        ("building", ["name", "address", "notes"]),
        ("portal", ["name", "directory_message"]),
        ("entry", ["name", "alias"]),
        ("light", ["label"]),
    ],
)
def test_all_texts_for_visitors_are_typed_in_like_that(desk, request, door, fixture, fields):
    thing = door.lights.get() if fixture == "light" else request.getfixturevalue(fixture)
    changes = {f"{field}_fr": f"{field} in French" for field in fields}
    assert send(desk, page(thing), **changes).status_code == 302
    thing.refresh_from_db()
    assert [getattr(thing, field)["fr"] for field in fields] == list(changes.values())
