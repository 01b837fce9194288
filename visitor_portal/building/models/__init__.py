"""What a building is made of, one file a noun."""

from .accesses import Access, AccessDoor, AccessUser
from .ids import new_id
from .log import AccessLog
from .people import Entry, Membership, Resident
from .places import Building, Door, Light, Portal, SimulatedDoor
from .sessions import Ring, Session

__all__ = [
    "Access",
    "AccessDoor",
    "AccessLog",
    "AccessUser",
    "Building",
    "Door",
    "Entry",
    "Light",
    "Membership",
    "Portal",
    "Resident",
    "Ring",
    "Session",
    "SimulatedDoor",
    "new_id",
]
