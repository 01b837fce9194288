"""What the directory says of each entry: may it be called, how, and if not why not."""

from dataclasses import dataclass

from .models import Building, Entry, Resident


@dataclass(frozen=True, slots=True)
class Line:
    entry: Entry
    callees: list[Resident]  # whom a call would ring now
    denial: str = ""  # machine code

    @property
    def allowed_actions(self) -> list[str]:
        if self.denial:
            return []
        return ["video"] if self.entry.require_video else ["voice", "video"]


def line(entry: Entry) -> Line:
    taking_calls = [m.resident for m in entry.memberships.all() if m.receives_calls]
    callees = [resident for resident in taking_calls if not resident.do_not_disturb]
    if not entry.visitors_allowed:
        return Line(entry, [], "guest_disabled")
    if not taking_calls:
        return Line(entry, [], "no_callees")
    return Line(entry, callees, "" if callees else "dnd")


def lines(building: Building) -> list[Line]:
    """In the order in which people look for them: by floor, then by unit."""
    return [line(entry) for entry in building.entries.prefetch_related("memberships__resident")]
