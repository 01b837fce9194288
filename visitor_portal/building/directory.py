"""What the directory says of each entry: may it be called, how, and if not why not."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from .models import Building, Entry, Membership, Resident

SHORTEST = 3  # letters of a part of a name that finds a hidden entry: fewer would let anybody try them all
REMEMBERED = 20_000  # entries; what a row comes to is worked out once, for as long as the row stays the same


class Row(NamedTuple):
    """An entry as the database has it; the names are JSON. It is its own key for whatever is worked out from it."""

    id: str
    name: str
    alias: str
    privacy: str
    floor: str
    floor_number: int
    unit: str
    unit_number: int | None
    visitors_allowed: bool
    require_video: bool

    @property
    def listed_name(self) -> dict[str, str]:
        """A hidden entry is listed to those alone who typed its name."""
        name: dict[str, str] = json.loads(self.name)
        if self.privacy == Entry.Privacy.HIDDEN:
            return name
        return Entry(
            name=name,
            alias=json.loads(self.alias),
            privacy=self.privacy,
            floor=self.floor,
            unit=self.unit,
        ).public_name


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an entry can be called now, and how."""

    callees: int = 0  # how many people a call would ring
    denial: str = ""  # machine code
    allowed_actions: tuple[str, ...] = ()


def standing(entry: Entry) -> Standing:
    taking_calls = entry.memberships.filter(receives_calls=True)
    quiet = taking_calls.values_list("resident__do_not_disturb", flat=True)
    return _standing(entry.visitors_allowed, entry.require_video, quiet)


def _standing(visitors_allowed: bool, require_video: bool, quiet: Iterable[bool]) -> Standing:
    """`quiet`: for each one who takes calls there, whether they may not be disturbed."""
    quiet = list(quiet)
    if not visitors_allowed:
        return Standing(denial="guest_disabled")
    if not quiet:
        return Standing(denial="no_callees")
    if all(quiet):
        return Standing(denial="dnd")
    actions = ("video", "message") if require_video else ("voice", "video", "message")
    return Standing(quiet.count(False), "", actions)


def callees(entry: Entry) -> list[Resident]:
    """Whom a call to this entry rings now."""
    memberships = entry.memberships.filter(receives_calls=True, resident__do_not_disturb=False)
    return [membership.resident for membership in memberships.select_related("resident").order_by("id")]


@dataclass(frozen=True, slots=True)
class Directory:
    lines: list[tuple[Row, Standing]]
    has_hidden: bool


def read(building: Building, search: str = "") -> Directory:
    """In the order in which people look for them: by floor, then by unit.

    A hidden entry is among them only when `search` names it: whole words of its name.
    """
    # Two questions, however many entries there are, and plain rows: a big building has thousands.
    texts = {"name_text": Cast("name", TextField()), "alias_text": Cast("alias", TextField())}
    columns = ("id", "name_text", "alias_text", *Row._fields[3:])
    rows = list(map(Row._make, building.entries.annotate(**texts).values_list(*columns)))
    listed = [row for row in rows if row.privacy != Entry.Privacy.HIDDEN or _is_meant(row, search)]
    quiet = _quiet(building)
    lines = [(row, _standing(row.visitors_allowed, row.require_video, quiet.get(row.id, ()))) for row in listed]
    return Directory(lines, any(row.privacy == Entry.Privacy.HIDDEN for row in rows))


def _quiet(building: Building) -> dict[str, list[bool]]:
    quiet: defaultdict[str, list[bool]] = defaultdict(list)
    taking_calls = Membership.objects.filter(entry__building=building, receives_calls=True)
    for entry, is_quiet in taking_calls.values_list("entry", "resident__do_not_disturb"):
        quiet[entry].append(is_quiet)
    return quiet


def _is_meant(row: Row, search: str) -> bool:
    words = set(_words(search))
    names = [set(_words(name)) for name in json.loads(row.name).values()]
    if words and words in names:
        return True  # the whole name, however short
    return any(len(word) >= SHORTEST for word in words) and any(words <= name for name in names)


@lru_cache(REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    # Vowel signs are neither letters nor accents, and belong to their word.
    return tuple("".join(c if c.isalnum() or unicodedata.category(c) == "Mc" else " " for c in folded).split())
