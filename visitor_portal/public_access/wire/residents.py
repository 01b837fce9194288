"""What a resident's phone asks for with the resident's own key; only the embedded building offers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from .calls import Message
from .device_requests import DeviceRequest
from .localized import Localized, localized
from .readers import Json, items, many, maybe, members, moment, one, present, readable, required, stamp, text
from .sessions import session_state


@dataclass(frozen=True, slots=True)
class Visit:
    session_id: str
    callee_token: str
    state: str
    mode: str | None = None
    portal_name: Localized | None = None
    building_name: Localized | None = None
    target_name: Localized | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    answered_by: str | None = None
    last_message: Message | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            session_id=required(data, "session_id"),
            callee_token=required(data, "callee_token"),
            state=session_state(data),
            mode=text(data, "mode"),
            portal_name=localized(data, "portal_name"),
            building_name=localized(data, "building_name"),
            target_name=localized(data, "target_name"),
            created_at=moment(data, "created_at"),
            expires_at=moment(data, "expires_at"),
            answered_by=text(data, "answered_by"),
            last_message=maybe(data, "last_message", Message.from_json),
        )

    def to_json(self) -> Json:
        return present(
            {
                "session_id": self.session_id,
                "callee_token": self.callee_token,
                "state": self.state,
                "mode": self.mode,
                "portal_name": one(self.portal_name),
                "building_name": one(self.building_name),
                "target_name": one(self.target_name),
                "created_at": stamp(self.created_at),
                "expires_at": stamp(self.expires_at),
                "answered_by": self.answered_by,
                "last_message": one(self.last_message),
            }
        )


@dataclass(frozen=True, slots=True)
class Resident:
    resident_id: str
    display_name: str = ""
    group: str = ""
    visits: tuple[Visit, ...] = ()
    device_requests: tuple[DeviceRequest, ...] = ()  # that this resident has not answered yet

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            resident_id=required(data, "resident_id"),
            display_name=text(data, "display_name") or "",
            group=text(data, "group") or "",
            visits=readable(items(data, "visits"), Visit.from_json),
            device_requests=readable(items(data, "device_requests"), DeviceRequest.from_json),
        )

    def to_json(self) -> Json:
        return {
            "resident_id": self.resident_id,
            "display_name": self.display_name,
            "group": self.group,
            "visits": many(self.visits) or [],
            "device_requests": many(self.device_requests) or [],
        }
