"""What an invite lets its holder do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from visitor_portal.public_access.errors import BadAnswer

from .localized import Localized, localized
from .portals import Hold, OpenRateLimit
from .readers import Json, certain, link, maybe, members, one, permitted, present, required, text, truth


@dataclass(frozen=True, slots=True)
class PortalGrant:
    kind: ClassVar[str] = "portal_open"

    id: str
    public_portal_id: str
    has_lights: bool = False
    openable: bool = True
    entry_kind: str = "door"
    label: Localized | None = None
    door_image_url: str | None = None
    door_image_thumb_url: str | None = None
    hold: Hold | None = None
    open_rate_limit: OpenRateLimit | None = None
    wifi_available: bool | None = None
    scan_required: bool | None = None  # additive: it opens after a scan of its own sign only

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            id=required(data, "id"),
            public_portal_id=text(data, "public_portal_id") or "",
            has_lights=certain(data, "has_lights"),
            openable=permitted(data, "openable"),
            entry_kind=text(data, "entry_kind") or "door",
            label=localized(data, "label"),
            door_image_url=link(data, "door_image_url"),
            door_image_thumb_url=link(data, "door_image_thumb_url"),
            hold=maybe(data, "hold", Hold.from_json),
            open_rate_limit=maybe(data, "open_rate_limit", OpenRateLimit.from_json),
            wifi_available=truth(data, "wifi_available"),
            scan_required=truth(data, "scan_required"),
        )

    def to_json(self) -> Json:
        return present(
            {
                "kind": self.kind,
                "id": self.id,
                "public_portal_id": self.public_portal_id,
                "has_lights": self.has_lights,
                "openable": self.openable,
                "entry_kind": self.entry_kind,
                "label": one(self.label),
                "door_image_url": self.door_image_url,
                "door_image_thumb_url": self.door_image_thumb_url,
                "hold": one(self.hold),
                "open_rate_limit": one(self.open_rate_limit),
                "wifi_available": self.wifi_available,
                "scan_required": self.scan_required,
            }
        )


@dataclass(frozen=True, slots=True)
class EntityGrant:
    kind: ClassVar[str] = "entity_action"

    id: str
    entity_id: str
    action_id: str
    label: Localized | None = None
    payload: object = None
    wifi_available: bool | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            id=required(data, "id"),
            entity_id=text(data, "entity_id") or "",
            action_id=text(data, "action_id") or "",
            label=localized(data, "label"),
            payload=data.get("payload"),
            wifi_available=truth(data, "wifi_available"),
        )

    def to_json(self) -> Json:
        return present(
            {
                "kind": self.kind,
                "id": self.id,
                "entity_id": self.entity_id,
                "action_id": self.action_id,
                "label": one(self.label),
                "payload": self.payload,
                "wifi_available": self.wifi_available,
            }
        )


Grant = PortalGrant | EntityGrant


def read_grant(data: object) -> Grant:
    kind = text(members(data), "kind")
    if kind == PortalGrant.kind:
        return PortalGrant.from_json(data)
    if kind == EntityGrant.kind:
        return EntityGrant.from_json(data)
    raise BadAnswer("a grant of another kind")
