"""The directory out of a CSV file: looked at first, then taken in whole or not at all."""

import time

import pytest
from django.conf import settings

from visitor_portal.building.models import Building, Entry, Membership, Resident

from .files import ADD, HERE, confirm, names, take_in, upload, wrong
from .forms import Fields, text

# -- the two steps


def test_the_preview_changes_nothing(desk, building):
    preview = upload(desk, f"{ADD}Weber,1\n")
    assert "1 new, 0 changed, 0 as they are." in text(preview)
    assert not Entry.objects.exists()


def test_the_second_press_takes_it_in(desk, building):
    said = text(take_in(desk, f"{ADD}Weber,1\nLindqvist,2\n"))
    assert "Imported: 2 new, 0 changed, 0 as they were." in said
    assert names() == ["Lindqvist", "Weber"]


def test_a_file_is_taken_in_once(desk, building):
    preview = upload(desk, f"{ADD}Weber,1\n")
    confirm(desk, preview)
    assert "That file is here no more" in text(confirm(desk, preview))
    assert names() == ["Weber"]


def test_nothing_lies_around_afterwards(desk, building, folder):
    preview = upload(desk, f"{ADD}Weber,1\n")
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
    confirm(desk, preview)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../portal.sqlite3", "/etc/passwd", "x", "0" * 32])
def test_no_other_file_can_be_named(desk, building, name):
    sent = Fields(upload(desk, f"{ADD}Weber,1\n").content.decode()).sent | {"import_file_name": name}
    answer = desk.post(f"{HERE}process_import/", sent, follow=True)
    assert "That file is here no more" in text(answer)
    assert not Entry.objects.exists()


def test_what_changed_since_the_preview_stops_it_whole(desk, entry):
    preview = upload(desk, f"id,name,floor\n,Weber,1\n{entry.id},Lindqvist,1\n")
    entry.delete()
    assert "Nothing was imported" in text(confirm(desk, preview))
    assert not Entry.objects.exists()


# -- what a line does


def test_every_column_is_taken_in(desk, building, mallory):
    header = "name,name:de,floor,floor_number,unit,unit_number,privacy,alias,visitors_allowed,require_video,residents"
    take_in(desk, f"{header}\nWeber,Familie Weber,Basement,-1,B2,2,alias,Studio,no,YES,Mallory\n")
    entry = Entry.objects.get()
    assert (entry.name, entry.alias) == ({"en": "Weber", "de": "Familie Weber"}, {"en": "Studio"})
    assert (entry.floor, entry.floor_number, entry.unit, entry.unit_number) == ("Basement", -1, "B2", 2)
    assert (entry.privacy, entry.visitors_allowed, entry.require_video) == ("alias", False, True)
    assert list(entry.residents.all()) == [mallory.resident]


def test_empty_cells_stand_for_the_usual(desk, building):
    columns = "name,floor,floor_number,unit_number,privacy,visitors_allowed,require_video"
    take_in(desk, f"{columns}\nWeber,1,,,,,\n")
    entry = Entry.objects.get()
    assert (entry.floor_number, entry.unit_number, entry.privacy) == (0, None, "name")
    assert (entry.visitors_allowed, entry.require_video) == (True, False)


def test_an_id_changes_that_entry_and_what_is_left_out_stays(desk, entry, alice):
    Entry.objects.update(name={"en": "Okafor", "de": "Familie Okafor", "fi": "Perhe"}, privacy="number")
    take_in(desk, f"id,name,name:de\n{entry.id},Lindqvist,\n")
    entry.refresh_from_db()
    assert entry.name == {"en": "Lindqvist", "fi": "Perhe"}
    assert (entry.privacy, entry.unit, entry.residents.get()) == ("number", "12", alice.resident)


def test_entries_that_the_file_does_not_name_stay(desk, entry):
    take_in(desk, f"{ADD}Weber,1\n")
    assert names() == ["Okafor & Lindqvist", "Weber"]


def test_residents_move_in_and_out_and_the_others_stay_as_they_were(desk, entry, alice, bob, mallory):
    Membership.objects.filter(resident=alice.resident).update(receives_calls=False)
    take_in(desk, f"id,residents\n{entry.id},Mallory; Alice\n")
    here = dict(entry.memberships.values_list("resident__name", "receives_calls"))
    assert here == {"Alice": False, "Mallory": True}


def test_a_line_that_changes_nothing_is_left_alone(desk, entry, alice):
    said = text(upload(desk, f"id,name,residents\n{entry.id},Okafor & Lindqvist,Alice\n"))
    assert "0 new, 0 changed, 1 as they are." in said


def test_the_preview_shows_before_and_after(desk, entry):
    html = upload(desk, f"id,name\n{entry.id},<b>Lindqvist</b>\n").content.decode()
    assert "<del>Okafor &amp; Lindqvist</del> <ins>&lt;b&gt;Lindqvist&lt;/b&gt;</ins>" in html


def test_all_of_a_new_one_is_shown_as_new(desk, building):
    html = upload(desk, "name,floor,privacy\nWeber,1,alias\n").content.decode()
    assert ("<ins>alias</ins>" in html, "<del>" in html) == (True, False)


def test_it_is_taken_in_where_it_was_meant(desk, building):
    other = Building.objects.create(name={"en": "Station House"})
    take_in(desk, f"{ADD}Weber,1\n", other)
    assert Entry.objects.get().building == other


def test_the_history_says_where_an_entry_came_from(desk, building):
    take_in(desk, f"{ADD}Weber,1\n")
    history = text(desk.get(f"{HERE}{Entry.objects.get().id}/history/"))
    assert "import" in history


# -- what is wrong with a line


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("privacy", "secret", "Privacy is one of name, alias, number, hidden, not “secret”."),
        ("floor_number", "1st", "“1st” is no whole number."),
        ("unit_number", "1.5", "“1.5” is no whole number."),
        ("visitors_allowed", "maybe", "Write yes or no, not “maybe”."),
        ("name:de", "x" * 10_000, "At most 200 characters; these are 10000."),
        ("unit", "x" * 10_000, "Ensure this value has at most 20 characters (it has 10000)."),
        ("unit", "1\0", "It holds a NUL character."),
        ("residents", "Nobody", "No resident of this building is called “Nobody”. Add them first."),
        ("id", "nonsense", "No entry has this id. Leave the cell empty to add a new one."),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(desk, building, column, cell, said):
    preview = upload(desk, f"name,floor,{column}\nWeber,1,\nLindqvist,2,{cell}\n")
    assert wrong(preview) == [(3, column, said)]
    assert not Entry.objects.exists()


def test_a_new_entry_needs_a_name_and_a_floor(desk, building):
    assert wrong(upload(desk, "unit\n12\n")) == [
        (2, "name", "Write the name in one language at least."),
        (2, "floor", "This field cannot be blank."),
    ]


def test_an_entry_of_another_building_is_not_touched(desk, entry):
    other = Building.objects.create(name={"en": "Station House"})
    preview = upload(desk, f"id,name\n{entry.id},Weber\n", other)
    assert wrong(preview) == [(2, "id", "This entry belongs to another building.")]


def test_one_entry_in_two_lines_is_refused(desk, entry):
    preview = upload(desk, f"id,name\n{entry.id},A\n{entry.id},B\n")
    assert wrong(preview) == [(3, "id", "The same id stands in another line.")]


def test_a_resident_of_another_building_does_not_move_in(desk, entry):
    other = Building.objects.create(name={"en": "Station House"})
    Resident.objects.create(building=other, name="Eve", key_hash="x")
    said = "No resident of this building is called “Eve”. Add them first."
    assert wrong(upload(desk, f"id,residents\n{entry.id},Eve\n", entry.building)) == [(2, "residents", said)]


def test_two_residents_of_one_name_are_told_apart_by_where_they_live(desk, entry, alice):
    Resident.objects.create(building=entry.building, name="Alice", key_hash="x")
    assert "1 as they are" in text(upload(desk, f"id,residents\n{entry.id},Alice\n"))
    said = "Several residents are called “Alice”: set this one by hand."
    assert wrong(upload(desk, "name,floor,residents\nWeber,1,Alice\n")) == [(2, "residents", said)]


def test_everything_wrong_is_said_at_once(desk, building):
    preview = upload(desk, "name,floor,privacy,unit_number\n,1,x,y\nWeber,,name,1\n")
    assert [(line, column) for line, column, _ in wrong(preview)] == [
        (2, "unit_number"),
        (2, "privacy"),
        (2, "name"),
        (3, "floor"),
    ]


# -- what is wrong with a file


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,floor,colour\nWeber,1,red\n", "There is no column “colour”."),
        ("name,floor,name\nWeber,1,x\n", "A column stands there twice."),
        ("name,floor\nWeber,1,2,3\n", "A line has more cells than there are columns."),
        ("name,floor\nSørensen,1\n".encode("latin-1"), "save it as “CSV UTF-8”"),
        ("name,floor\n", "No valid data to import."),
        (ADD + "Weber,1\n" * 5001, "At most 5000 lines at once; these are 5001."),
        (f'{ADD}"{"x" * 200_000}",1\n', "It is not a CSV file."),
    ],
)
def test_the_file_is_refused_with_a_sentence(desk, building, content, said):
    preview = upload(desk, content)
    assert said in text(preview)
    assert not preview.context.get("confirm_form")


def test_the_form_says_how_much_gets_through(desk, building):
    assert "at most 2 MB and 5000 lines" in text(desk.get(f"{HERE}import/"))
    said = text(upload(desk, ADD + "Weber,1\n" * (2 * 1024 * 1024 // 8)))
    assert "At most 2 MB. Split it into several files." in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("between", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_spreadsheets_csv_is_read(desk, building, encoding, between, end):
    rows = [["Name ", "floor", "residents"], ["Sørensen, dentist", "1", ""]]
    lines = [between.join(f'"{cell}"' for cell in row) for row in rows]
    confirm(desk, upload(desk, (end.join(lines) + end).encode(encoding)))
    assert names() == ["Sørensen, dentist"]


# -- how long it takes


def test_two_thousand_lines_take_seconds(desk, building):
    Resident.objects.bulk_create(
        Resident(building=building, name=f"Resident {n}", key_hash=f"{n}") for n in range(2000)
    )
    lines = [f"Household {n},Haushalt {n},{n // 50},{n // 50},{n},{n},Resident {n}" for n in range(2000)]
    file = "\n".join(["name,name:de,floor,floor_number,unit,unit_number,residents", *lines])
    assert len(file) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # more than anybody else may send
    started = time.monotonic()
    said = text(take_in(desk, file))
    assert "Imported: 2000 new" in said
    assert Membership.objects.count() == 2000
    assert time.monotonic() - started < 20  # about three on a quiet machine
