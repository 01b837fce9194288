"""The directory as a CSV file that a spreadsheet opens, changes and gives back."""

import csv
import io

from visitor_portal.building.models import Entry

from .files import HERE, upload
from .forms import text


def exported(desk, query: str = "") -> list[dict[str, str]]:
    answer = desk.get(f"{HERE}export/{query}")
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_export_has_every_column(desk, entry, alice, bob):
    (row,) = exported(desk)
    assert {name: cell for name, cell in row.items() if cell} == {
        **{"id": entry.id, "name": "Okafor & Lindqvist", "floor": "1", "floor_number": "1", "unit": "12"},
        **{"unit_number": "12", "privacy": "name", "visitors_allowed": "yes", "require_video": "no"},
        "residents": "Alice; Bob",
    }
    assert "name:pt-br" in row


def test_the_export_keeps_to_the_lists_filters(desk, entry):
    Entry.objects.create(building=entry.building, name={"en": "Weber"}, floor="2")
    assert [row["name"] for row in exported(desk, "?floor=2")] == ["Weber"]


def test_a_formula_leaves_with_an_apostrophe_and_comes_back_without(desk, entry):
    Entry.objects.update(name={"en": "=HYPERLINK(1)"}, floor_number=-1)
    (row,) = exported(desk)
    assert (row["name"], row["floor_number"]) == ("'=HYPERLINK(1)", "'-1")
    assert "1 as they are" in text(upload(desk, desk.get(f"{HERE}export/").content))


def test_what_goes_out_comes_back_as_it_was(desk, entry, alice, bob):
    awkward = {"en": "Weber, “A” & 'B';\nC", "de": "+49", "ar": "حداد"}
    Entry.objects.create(
        building=entry.building, name=awkward, alias={"en": "-x"}, floor="=2", unit="@", privacy="hidden"
    )
    assert "0 new, 0 changed, 2 as they are." in text(upload(desk, desk.get(f"{HERE}export/").content))
