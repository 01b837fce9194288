"""Where somebody stands: a sign, its door, and the door's building and openers, as every tap asks for them."""

from .models import Building, Door, Opener, Portal
from .questions import Question

_PORTAL = Question(lambda public_id: Portal.objects.filter(public_id=public_id))
_DOOR = Question(lambda id_: Door.objects.filter(id=id_))
_BUILDING = Question(lambda id_: Building.objects.filter(id=id_))
_OPENERS = Question(lambda door: Opener.objects.filter(door=door))


def portal(public_id: str) -> Portal | None:
    """The sign of this name with its door and building, also one that was replaced by another."""
    found = _PORTAL.first(public_id)
    if found:
        found.door = door(found.door_id)
    return found


def door(id_: str) -> Door:
    """The door with its building. Whoever names it read its id a moment ago."""
    found = _DOOR.all(id_)[0]
    found.building = building(found.building_id)
    return found


def building(id_: str) -> Building:
    return _BUILDING.all(id_)[0]


def openers(of: Door) -> list[Opener]:
    """In the order in which they are tried."""
    return _OPENERS.all(of.id)
