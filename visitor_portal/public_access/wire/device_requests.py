"""A phone that asks to be let onto a full invite, as its host sees it; only the embedded building offers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from .localized import Localized, localized
from .readers import Json, members, moment, one, present, required, span, stamp, text


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    state: str  # asked, allowed, denied; void when the invite opens nothing any more
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    invite_name: str | None = None
    contact_display_name: str | None = None
    building_name: Localized | None = None
    devices_count: int | None = None
    max_devices: int | None = None
    timezone: str | None = None
    request_token: str | None = None  # named only to the host's own key

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            state=required(data, "state"),
            asked_at=moment(data, "asked_at"),
            answered_at=moment(data, "answered_at"),
            invite_name=text(data, "invite_name"),
            contact_display_name=text(data, "contact_display_name"),
            building_name=localized(data, "building_name"),
            devices_count=span(data, "devices_count"),
            max_devices=span(data, "max_devices"),
            timezone=text(data, "timezone"),
            request_token=text(data, "request_token"),
        )

    def to_json(self) -> Json:
        return present(
            {
                "state": self.state,
                "asked_at": stamp(self.asked_at),
                "answered_at": stamp(self.answered_at),
                "invite_name": self.invite_name,
                "contact_display_name": self.contact_display_name,
                "building_name": one(self.building_name),
                "devices_count": self.devices_count,
                "max_devices": self.max_devices,
                "timezone": self.timezone,
                "request_token": self.request_token,
            }
        )
