"""The directory by hand: what visitors read of each entry, and who lives there."""

import pytest

from visitor_portal.building.models import Building, Entry, Membership, Resident

from .forms import read, send, text


@pytest.fixture
def page(entry) -> str:
    return f"/admin/building/entry/{entry.id}/change/"


def found(desk, query: str) -> list[str]:
    return [str(entry) for entry in desk.get(f"/admin/building/entry/?{query}").context["cl"].result_list]


@pytest.mark.parametrize(
    ("privacy", "said"),
    [
        ("name", "Okafor & Lindqvist Alice"),
        ("alias", "Studio (alias) Alice"),
        ("number", "12 (number only) Alice"),
        ("hidden", "nothing, until they type the name Alice"),
    ],
)
def test_the_list_says_what_visitors_read(desk, alice, entry, privacy, said):
    Entry.objects.update(privacy=privacy, alias={"en": "Studio"})
    assert said in text(desk.get("/admin/building/entry/"))


@pytest.mark.parametrize("search", ["okafor", "Sörensen", "studio", "12", "alice", "first"])
def test_an_entry_is_found_by_any_of_its_words(desk, alice, entry, search):
    names = {"en": "Okafor & Lindqvist", "de": "Sörensen"}
    Entry.objects.update(name=names, alias={"en": "Studio"}, floor="First floor")
    Entry.objects.create(building=entry.building, name={"en": "Weber"}, floor="2")
    assert found(desk, f"q={search}") == ["Okafor & Lindqvist"]


def test_entries_are_filtered(desk, entry):
    Entry.objects.create(building=entry.building, name={"en": "Weber"}, floor="2", privacy="hidden")
    assert found(desk, "privacy__exact=hidden") == ["Weber"]
    assert found(desk, "floor=1") == ["Okafor & Lindqvist"]


def test_a_resident_moves_in(desk, entry, page, mallory):
    lines = {
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-resident": mallory.resident.id,
        "memberships-0-receives_calls": "on",
    }
    assert send(desk, page, **lines).status_code == 302
    assert list(entry.residents.all()) == [mallory.resident]


def test_nobody_moves_in_from_another_building(desk, entry, page):
    other = Building.objects.create(name={"en": "Station House"})
    stranger = Resident.objects.create(building=other, name="Eve", key_hash="x")
    answer = send(desk, page, **{"memberships-TOTAL_FORMS": "1", "memberships-0-resident": stranger.id})
    assert "It belongs to another building." in text(answer)
    assert not Membership.objects.exists()


def test_residents_are_offered_while_one_types(desk, alice, bob):
    where = "app_label=building&model_name=membership&field_name=resident"
    offered = desk.get(f"/admin/autocomplete/?term=bo&{where}").json()["results"]
    assert [one["text"] for one in offered] == ["Bob"]


def test_what_is_saved_is_what_visitors_read(desk, entry, page):
    assert read(desk, page).sent["privacy"] == ["name"]
    send(desk, page, privacy="alias", alias_en="Studio", alias_de="Atelier")
    entry.refresh_from_db()
    assert entry.public_name == {"en": "Studio", "de": "Atelier"}
