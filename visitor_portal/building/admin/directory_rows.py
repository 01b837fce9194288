"""One line of the directory's CSV file and one entry, each made from the other."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from import_export import fields, resources

from visitor_portal.building.models import Entry, Membership, Resident

from .cells import plain, safe
from .fields import MOST_LETTERS

_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_BETWEEN = "; "

COLUMNS = {
    "id": "Which entry this line changes. Empty: a new one.",
    "name": "Who lives or works here, in English.",
    **{f"name:{code}": f"The same in {name}." for code, name in settings.TRANSLATED.items()},
    "floor": "As written at the lift.",
    "floor_number": "Orders the floors: a whole number.",
    "unit": "The number at its door.",
    "unit_number": "Orders the entries of a floor: a whole number, or nothing.",
    "privacy": "What visitors read: name, alias, number or hidden. Empty: name.",
    "alias": "Read in place of the name, in English.",
    "visitors_allowed": "yes or no: whether visitors may call it. Empty: yes.",
    "require_video": "yes or no: whether it takes only calls with picture. Empty: no.",
    "residents": "Names of residents of this building, with “; ” between them.",
}


@dataclass(slots=True)
class Draft:
    """An entry as a line says it should be, with those who should live there."""

    entry: Entry
    residents: dict[str, Resident]  # by id

    def __str__(self) -> str:
        return str(self.entry)

    @property
    def pk(self) -> str:
        return self.entry.id

    def cells(self) -> dict[str, str]:
        return {column: _written(self, column) for column in COLUMNS}


def _written(draft: Draft, column: str) -> str:
    entry, (name, _, language) = draft.entry, column.partition(":")
    if name in ("name", "alias"):
        return str(getattr(entry, name).get(language or "en", ""))
    if name == "residents":
        return _BETWEEN.join(sorted(resident.name for resident in draft.residents.values()))
    if column == "id":
        return "" if entry._state.adding else entry.id
    return _text(getattr(entry, column))


def _text(value: bool | int | str | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


# -- reading a cell


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"“{text[:40]}” is no whole number.")
    return int(text)


def _yes_or_no(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError(f"Write yes or no, not “{text[:40]}”.")
    return text.lower() in _YES


def _privacy(text: str) -> str:
    if text.lower() not in Entry.Privacy.values:
        raise ValueError(f"Privacy is one of {', '.join(Entry.Privacy.values)}, not “{text[:40]}”.")
    return text.lower()


_READ: dict[str, tuple[Callable[[str], Any], Any]] = {  # how, and what an empty cell stands for
    "floor": (str, ""),
    "floor_number": (_whole, 0),
    "unit": (str, ""),
    "unit_number": (_whole, None),
    "privacy": (_privacy, Entry.Privacy.NAME),
    "visitors_allowed": (_yes_or_no, True),
    "require_video": (_yes_or_no, False),
}


class Column(fields.Field):  # type: ignore[misc]
    """One column: the package asks it to read a cell into a draft, and to write one."""

    def __init__(self, column: str) -> None:
        super().__init__(attribute=column, column_name=column)

    def save(self, instance: Draft, row: Mapping[str, str], is_m2m: bool = False, **kwargs: Any) -> None:
        text = plain(row[self.column_name]).strip()
        name, _, language = self.column_name.partition(":")
        if name in ("name", "alias"):
            _name(instance.entry, name, language or "en", text)
        elif self.column_name in _READ:
            read, empty = _READ[self.column_name]
            setattr(instance.entry, self.column_name, read(text) if text else empty)

    def export(self, instance: Entry, **kwargs: Any) -> str:
        return safe(_written(draft_of(instance), self.column_name))


def _name(entry: Entry, field: str, language: str, text: str) -> None:
    if len(text) > MOST_LETTERS:
        raise ValueError(f"At most {MOST_LETTERS} characters; these are {len(text)}.")
    names = {code: said for code, said in getattr(entry, field).items() if code != language}
    setattr(entry, field, names | ({language: text} if text else {}))


def draft_of(entry: Entry) -> Draft:
    members = [] if entry._state.adding else entry.memberships.all()
    return Draft(entry, {m.resident_id: m.resident for m in members})


# -- the whole file


class EntryResource(resources.ModelResource):  # type: ignore[misc]
    """Reads every line before it writes any. Where one is wrong, nothing is written."""

    class Meta:
        model = Entry
        fields = ()
        skip_diff = True
        use_bulk = True  # no savepoint for each line

    def __init__(self, building: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.building = building
        self.fields = {column: Column(column) for column in COLUMNS}
        self.drafts: list[Draft] = []
        self.seen: set[str] = set()

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        entries = self.building.entries.prefetch_related("memberships__resident")
        self.entries: dict[str, Entry] = {entry.id: entry for entry in entries}
        self.elsewhere = set(Entry.objects.exclude(building=self.building).values_list("id", flat=True))
        self.by_name: dict[str, list[Resident]] = defaultdict(list)
        for resident in self.building.residents.all():
            self.by_name[resident.name].append(resident)

    def before_import_row(self, row: Mapping[str, str], **kwargs: Any) -> None:
        if spoilt := {column: "It holds a NUL character." for column, cell in row.items() if "\0" in cell}:
            raise ValidationError(spoilt)

    def get_or_init_instance(self, instance_loader: object, row: Mapping[str, str]) -> tuple[Draft, bool]:
        name = plain(row.get("id", "")).strip()
        self.draft = draft_of(self._entry(name) if name else Entry(building=self.building, name={}))
        self.before = self.draft.cells() if name else dict.fromkeys(COLUMNS, "")
        return self.draft, not name

    def _entry(self, name: str) -> Entry:
        if name in self.seen:
            raise ValidationError({"id": "The same id stands in another line."})
        if name in self.elsewhere:
            raise ValidationError({"id": "This entry belongs to another building."})
        if name not in self.entries:
            raise ValidationError({"id": "No entry has this id. Leave the cell empty to add a new one."})
        self.seen.add(name)
        return self.entries[name]

    def import_instance(self, instance: Draft, row: Mapping[str, str], **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        try:
            if "residents" in row:
                instance.residents = self._residents(instance, plain(row["residents"]))
        except ValueError as error:
            errors["residents"] = [str(error)]
        if errors:
            raise ValidationError(errors)

    def _residents(self, draft: Draft, cell: str) -> dict[str, Resident]:
        found = [self._resident(draft, name.strip()) for name in cell.split(_BETWEEN.strip()) if name.strip()]
        return {resident.id: resident for resident in found}

    def _resident(self, draft: Draft, name: str) -> Resident:
        same = self.by_name.get(name, [])
        if len(same) > 1:
            same = [resident for resident in same if resident.id in draft.residents]
        if len(same) == 1:
            return same[0]
        if name in self.by_name:
            raise ValueError(f"Several residents are called “{name[:60]}”: set this one by hand.")
        raise ValueError(f"No resident of this building is called “{name[:60]}”. Add them first.")

    def skip_row(self, instance: Draft, original: object, row: object, import_validation_errors: Any = None) -> bool:
        is_new = instance.entry._state.adding
        return not import_validation_errors and not is_new and instance.cells() == self.before

    def validate_instance(
        self, instance: Draft, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        if not instance.entry.name and "name" not in errors:
            errors["name"] = ["Write the name in one language at least."]
        try:
            instance.entry.clean_fields(exclude={"id", "building", "name", *errors})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Draft, is_create: bool, row: object, **kwargs: Any) -> None:
        self.drafts.append(instance)

    def after_import_row(self, row: Iterable[str], row_result: Any, **kwargs: Any) -> None:
        after = self.draft.cells()
        row_result.diff = [(self.before[column], after[column]) for column in row]
        row_result.instance = self.draft.entry

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        result.diff_headers = dataset.headers
        if not kwargs["dry_run"] and not result.has_validation_errors():
            write(self.drafts)


def write(drafts: list[Draft]) -> None:
    """Everything at once; the caller's transaction takes it back when something fails."""
    old = [draft.entry for draft in drafts if not draft.entry._state.adding]
    had = {(entry.id, m.resident_id): m.pk for entry in old for m in entry.memberships.all()}
    for entry in old:
        entry.save()
    Entry.objects.bulk_create([draft.entry for draft in drafts if draft.entry._state.adding], batch_size=500)
    wanted = {(draft.entry.id, resident) for draft in drafts for resident in draft.residents}
    Membership.objects.filter(pk__in=[had[pair] for pair in had.keys() - wanted]).delete()
    added = [Membership(entry_id=entry, resident_id=resident) for entry, resident in sorted(wanted - had.keys())]
    Membership.objects.bulk_create(added, batch_size=500)
