"""The shapes of the API, read tolerantly (`from_json`) and written exactly (`to_json`)."""

from .calls import Camera, IceServer, Message, PeerServer, Ring, Streams, Writing
from .device_requests import DeviceRequest
from .grants import EntityGrant, Grant, PortalGrant
from .invites import ExecutedInvite, Invite, InviteLocale, InviteSession, OtpChallenge, Renewal, WifiNetwork
from .localized import Localized
from .openings import Opened, Opening
from .places import Location, LocationSource, Place
from .portals import Hold, Light, OpenRateLimit, Portal, Reachable, ScanProof, Target, Targets
from .residents import Resident, Visit
from .schedules import CurfewWindow, Schedule, ScheduleEntry, ScheduleSpan, SeriesEnd, Window
from .sessions import FINAL_STATES, LIVE_STATES, Session, StartedSession
from .status import BackendStatus, ErrorBody

__all__ = [
    "FINAL_STATES",
    "LIVE_STATES",
    "BackendStatus",
    "Camera",
    "CurfewWindow",
    "DeviceRequest",
    "EntityGrant",
    "ErrorBody",
    "ExecutedInvite",
    "Grant",
    "Hold",
    "IceServer",
    "Invite",
    "InviteLocale",
    "InviteSession",
    "Light",
    "Localized",
    "Location",
    "LocationSource",
    "Message",
    "OpenRateLimit",
    "Opened",
    "Opening",
    "OtpChallenge",
    "PeerServer",
    "Place",
    "Portal",
    "PortalGrant",
    "Reachable",
    "Renewal",
    "Resident",
    "Ring",
    "ScanProof",
    "Schedule",
    "ScheduleEntry",
    "ScheduleSpan",
    "SeriesEnd",
    "Session",
    "StartedSession",
    "Streams",
    "Target",
    "Targets",
    "Visit",
    "WifiNetwork",
    "Window",
    "Writing",
]
