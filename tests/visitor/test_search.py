"""Finding somebody: folded letters, every script, names, floors and numbers."""

import pytest
from django.test import Client

from visitor_portal.building.models import Building, Entry, Portal
from visitor_portal.public_access.wire import Localized, Target, Targets
from visitor_portal.visitor.directory import find, folded


def target(name: str, floor: str = "1", unit: str = "", number: int | None = None) -> Target:
    return Target(
        target_id=name,
        effective_display_name=name,
        display_name=Localized(name),
        floor=Localized(floor),
        floor_number=number,
        listing_label=Localized(unit) if unit else None,
        allowed_actions=("voice",),
    )


PEOPLE = Targets(
    "ready",
    (
        target("José María Núñez", "3", "33"),
        target("Zofia Wiśniewska", "5", "51"),
        target("田中さくら (Sakura Tanaka)", "1", "14"),
        target("أمل حداد (Amal Haddad)", "1", "11"),
        target("Νίκος Παπαδόπουλος", "2", "21"),
        target("Reception", "Ground floor", "1"),
    ),
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("nunez", ["José María Núñez"]),
        ("NÚÑEZ jose", ["José María Núñez"]),
        ("wisniewska", ["Zofia Wiśniewska"]),
        ("田中", ["田中さくら (Sakura Tanaka)"]),
        ("haddad", ["أمل حداد (Amal Haddad)"]),
        ("حداد", ["أمل حداد (Amal Haddad)"]),
        ("παπαδοπουλος", ["Νίκος Παπαδόπουλος"]),
        ("ground", ["Reception"]),
        ("51", ["Zofia Wiśniewska"]),
        ("nobody at all", []),
    ],
)
def test_finds(query: str, found: list[str]) -> None:
    assert [row.name for floor in find(PEOPLE, "en", query).floors for row in floor.rows] == found


def test_empty_query_lists_everybody() -> None:
    assert sum(len(floor.rows) for floor in find(PEOPLE, "en", "  ").floors) == len(PEOPLE.targets)


def test_floors_follow_the_buildings_order() -> None:
    upside_down = Targets("ready", PEOPLE.targets, floor_order=("5", "3", "2", "1", "Ground floor"))
    assert [floor.name for floor in find(upside_down, "en").floors] == [
        "Floor 5",
        "Floor 3",
        "Floor 2",
        "Floor 1",
        "Ground floor",
    ]


def test_folding_keeps_letters_that_are_no_accents() -> None:
    assert folded("Øster Ł ß") == "øster ł ss"


def test_search_works_as_a_form(visitor: Client, portal: Portal, building: Building) -> None:
    for number, name in enumerate(("Jonas Weber", "Léa Fournier")):
        Entry.objects.create(building=building, name={"en": name}, floor=str(number))
    page = visitor.get(f"/p/{portal.public_id}", {"q": "lea"}).content.decode()
    assert "Léa Fournier" in page and "Jonas Weber" not in page and 'value="lea"' in page


def test_nothing_found_offers_a_way_back(visitor: Client, portal: Portal, entry: Entry) -> None:
    page = visitor.get(f"/p/{portal.public_id}", {"q": "zzz"}).content.decode()
    assert "Nobody here matches “zzz”" in page and "Show everybody" in page


def test_htmx_gets_the_page_without_its_frame(visitor: Client, portal: Portal, entry: Entry) -> None:
    page = visitor.get(f"/p/{portal.public_id}", {"q": "ok"}, headers={"HX-Request": "true"})
    assert b"<html" not in page.content and b'id="directory"' in page.content
    assert "HX-Request" in page["Vary"]


def test_a_very_long_query_is_cut(visitor: Client, portal: Portal, entry: Entry) -> None:
    assert visitor.get(f"/p/{portal.public_id}", {"q": "x" * 5000}).status_code == 200


def test_whoever_takes_only_words_can_be_written_to() -> None:
    only = Target(target_id="x", effective_display_name="Weber", allowed_actions=("message",))
    [row] = find(Targets("ready", (only,)), "en").floors[0].rows
    assert (row.voice, row.video, row.message, row.why) == ("", "", "Write to Weber", "")
