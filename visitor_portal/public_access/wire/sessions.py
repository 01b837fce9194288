from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from .calls import Camera, IceServer, Message, PeerServer, Ring, Streams, Writing, ice_server
from .localized import Localized, localized
from .openings import Opening
from .readers import (
    Json,
    certain,
    items,
    many,
    maybe,
    members,
    moment,
    one,
    present,
    readable,
    required,
    stamp,
    text,
    texts,
    truth,
    whole,
)

__all__ = [
    "ACCEPTED",
    "ACTIVE",
    "CALLEE",
    "CALLER",
    "CANCELLED",
    "DECLINED",
    "EXPIRED",
    "FAILED",
    "FINAL_STATES",
    "LIVE_STATES",
    "PENDING",
    "RINGING",
    "Camera",
    "IceServer",
    "Message",
    "Opening",
    "PeerServer",
    "Ring",
    "Session",
    "StartedSession",
    "Streams",
    "Writing",
    "session_state",
]

PENDING = "pending"
RINGING = "ringing"
ACTIVE = "active"
ACCEPTED = "accepted"
DECLINED = "declined"
CANCELLED = "cancelled"
EXPIRED = "expired"
FAILED = "failed"
LIVE_STATES = (PENDING, RINGING, ACTIVE)
FINAL_STATES = (ACCEPTED, DECLINED, CANCELLED, EXPIRED, FAILED)

CALLER = "caller"
CALLEE = "callee"


def session_state(data: Json) -> str:
    state = text(data, "state", "status") or "unknown"
    return CANCELLED if state == "canceled" else state


@dataclass(frozen=True, slots=True)
class StartedSession:
    session_id: str
    caller_token: str
    expires_at: datetime | None = None
    peerjs: PeerServer | None = None
    caller_peer_id: str = ""
    callee_peer_id: str = ""
    callees_notified: bool = False
    ice_servers: tuple[IceServer, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            session_id=required(data, "session_id"),
            caller_token=required(data, "caller_token"),
            expires_at=moment(data, "expires_at"),
            peerjs=maybe(data, "peerjs", PeerServer.from_json),
            caller_peer_id=text(data, "caller_peer_id") or "",
            callee_peer_id=text(data, "callee_peer_id") or "",
            callees_notified=certain(data, "callees_notified"),
            ice_servers=readable(items(data, "ice_servers"), ice_server),
        )

    def to_json(self) -> Json:
        return present(
            {
                "session_id": self.session_id,
                "caller_token": self.caller_token,
                "expires_at": stamp(self.expires_at),
                "peerjs": one(self.peerjs),
                "caller_peer_id": self.caller_peer_id,
                "callee_peer_id": self.callee_peer_id,
                "callees_notified": self.callees_notified,
                "ice_servers": list(self.ice_servers) or None,
            }
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A visit, as one of its two sides sees it. Only the embedded building sends what comes after
    `portal_camera_device_ids`."""

    session_id: str
    state: str
    role: str = ""
    peerjs: PeerServer | None = None
    caller_peer_id: str = ""
    callee_peer_id: str = ""
    mode: str | None = None
    expires_at: datetime | None = None
    callees_notified: bool | None = None
    building_display_name: Localized | None = None
    call_target_display_name: Localized | None = None
    call_target_location_line: str | None = None
    has_lights: bool = False
    portal_camera_device_ids: tuple[str, ...] = ()
    ice_servers: tuple[IceServer, ...] = ()
    ring: Ring | None = None
    answered_by: str | None = None
    door_opened: bool = False
    opening: Opening | None = None
    messages: tuple[Message, ...] = ()
    version: int | None = None
    now: datetime | None = None
    answered_at: datetime | None = None
    portal_display_name: Localized | None = None
    public_portal_id: str | None = None
    door_open_until: datetime | None = None
    created_at: datetime | None = None
    writing: Writing | None = None  # while this side may write

    @property
    def live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def final(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def answered(self) -> bool:
        return self.state == ACTIVE

    def is_live(self, now: datetime) -> bool:
        """Like `live`, and a state nobody knows counts as live until the session expires."""
        if self.live or self.final:
            return self.live
        return self.expires_at is None or now < self.expires_at

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            session_id=required(data, "session_id"),
            state=session_state(data),
            role=text(data, "role") or "",
            peerjs=maybe(data, "peerjs", PeerServer.from_json),
            caller_peer_id=text(data, "caller_peer_id") or "",
            callee_peer_id=text(data, "callee_peer_id") or "",
            mode=text(data, "mode"),
            expires_at=moment(data, "expires_at"),
            callees_notified=truth(data, "callees_notified"),
            building_display_name=localized(data, "building_display_name"),
            call_target_display_name=localized(data, "call_target_display_name"),
            call_target_location_line=text(data, "call_target_location_line"),
            has_lights=certain(data, "has_lights"),
            portal_camera_device_ids=texts(data, "portal_camera_device_ids"),
            ice_servers=readable(items(data, "ice_servers"), ice_server),
            ring=maybe(data, "ring", Ring.from_json),
            answered_by=text(data, "answered_by"),
            door_opened=certain(data, "door_opened"),
            opening=maybe(data, "opening", Opening.from_json),
            messages=readable(items(data, "messages"), Message.from_json),
            version=whole(data, "version"),
            now=moment(data, "now"),
            answered_at=moment(data, "answered_at"),
            portal_display_name=localized(data, "portal_display_name"),
            public_portal_id=text(data, "public_portal_id"),
            door_open_until=moment(data, "door_open_until"),
            created_at=moment(data, "created_at"),
            writing=maybe(data, "writing", Writing.from_json),
        )

    def to_json(self) -> Json:
        return present(self._published() | self._additional())

    def _published(self) -> Json:
        return {
            "session_id": self.session_id,
            "state": self.state,
            "status": self.state,  # what clients written from the older documentation read
            "role": self.role,
            "peerjs": one(self.peerjs),
            "caller_peer_id": self.caller_peer_id,
            "callee_peer_id": self.callee_peer_id,
            "mode": self.mode,
            "expires_at": stamp(self.expires_at),
            "callees_notified": self.callees_notified,
            "building_display_name": one(self.building_display_name),
            "call_target_display_name": one(self.call_target_display_name),
            "call_target_location_line": self.call_target_location_line,
            "has_lights": self.has_lights or None,  # a member for callees only
            "portal_camera_device_ids": list(self.portal_camera_device_ids) or None,
        }

    def _additional(self) -> Json:
        return {
            "ice_servers": list(self.ice_servers) or None,
            "ring": one(self.ring),
            "answered_by": self.answered_by,
            "door_opened": self.door_opened,
            "opening": one(self.opening),
            "messages": many(self.messages),
            "version": self.version,
            "now": stamp(self.now),
            "answered_at": stamp(self.answered_at),
            "portal_display_name": one(self.portal_display_name),
            "public_portal_id": self.public_portal_id,
            "door_open_until": stamp(self.door_open_until),
            "created_at": stamp(self.created_at),
            "writing": one(self.writing),
        }
