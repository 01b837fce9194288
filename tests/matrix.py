"""Tables of who may do what to a visit, and when: read as they are drawn, and all that an action may move."""

from typing import Any

from tests.building.conftest import WAYS, Visit, pulses
from visitor_portal.building.models import AccessLog, Light, Session

HEAD = 3  # lines: an empty one, and two that name the columns


def rows(table: str, names: int = 2) -> list[list[str]]:
    """One list for each row: its names, then a word for each of WAYS."""
    found = [line.split() for line in table.splitlines()[HEAD:] if line.strip()]
    assert {len(row) for row in found} == {names + len(WAYS)}
    return found


def named(row: list[str]) -> str:
    return f"{row[0]}-{row[1]}"


def everything(visit: Visit) -> tuple[Any, ...]:
    """All that an action may move."""
    session = Session.objects.filter(id=visit.id).values().get()
    rings, lines = list(visit.session.rings.values()), list(visit.session.messages.values())
    lit = list(Light.objects.values_list("on_until", flat=True))
    return session, rings, lines, lit, AccessLog.objects.filter(session=visit.id).count(), pulses()
