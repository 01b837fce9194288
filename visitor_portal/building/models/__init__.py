"""What a building is made of, one file a noun."""

from .accesses import AUTH_TYPES, Access, AccessDoor, AccessUser
from .cameras import Camera
from .entryfy import (
    AccessGuest,
    Account,
    AccountSession,
    BizOperation,
    GivenAccess,
    LoginTry,
    NamedSchedule,
    Organization,
)
from .ids import new_id
from .invites import (
    DeviceRequest,
    Invite,
    InviteClaim,
    InviteDevice,
    InviteRenewal,
    OtpChallenge,
    PinTry,
    SpentScan,
    WifiNetwork,
)
from .log import AccessLog, LogHead, OpeningCount
from .people import Entry, Membership, Resident
from .places import Actuator, Building, Door, Light, Opener, Portal, SimulatedDoor, in_english
from .sessions import Message, Ring, Session
from .wakings import Waking

__all__ = [
    "AUTH_TYPES",
    "Access",
    "AccessDoor",
    "AccessGuest",
    "AccessLog",
    "AccessUser",
    "Account",
    "AccountSession",
    "Actuator",
    "BizOperation",
    "Building",
    "Camera",
    "DeviceRequest",
    "Door",
    "Entry",
    "GivenAccess",
    "Invite",
    "InviteClaim",
    "InviteDevice",
    "InviteRenewal",
    "Light",
    "LogHead",
    "LoginTry",
    "Membership",
    "Message",
    "NamedSchedule",
    "Opener",
    "OpeningCount",
    "Organization",
    "OtpChallenge",
    "PinTry",
    "Portal",
    "Resident",
    "Ring",
    "Session",
    "SimulatedDoor",
    "SpentScan",
    "Waking",
    "WifiNetwork",
    "in_english",
    "new_id",
]
