from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from .localized import Localized, localized, valued
from .places import Place
from .readers import (
    Json,
    certain,
    items,
    link,
    many,
    maybe,
    members,
    moment,
    one,
    permitted,
    present,
    readable,
    required,
    span,
    stamp,
    text,
    texts,
    truth,
    whole,
)

GUEST_DIRECTORY = "guest_directory"
RESIDENT_QUICK_OPEN = "resident_quick_open"
GUEST_QUICK_OPEN = "guest_quick_open"
MOST_TARGETS = 5000


@dataclass(frozen=True, slots=True)
class Light:
    entity_id: str
    label: Localized | None = None
    effective_auto_off_duration: int | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        off = span(data, "effective_auto_off_duration")
        return cls(required(data, "entity_id"), localized(data, "label"), off)

    def to_json(self) -> Json:
        off = self.effective_auto_off_duration
        return present({"entity_id": self.entity_id, "label": one(self.label), "effective_auto_off_duration": off})


@dataclass(frozen=True, slots=True)
class Hold:
    mode: str
    reason: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(required(data, "mode"), text(data, "reason"))

    def to_json(self) -> Json:
        return present({"mode": self.mode, "reason": self.reason})


@dataclass(frozen=True, slots=True)
class OpenRateLimit:
    integration_id: str
    min_interval_ms: int

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(text(data, "integration_id") or "", span(data, "min_interval_ms") or 0)

    def to_json(self) -> Json:
        return {"integration_id": self.integration_id, "min_interval_ms": self.min_interval_ms}


@dataclass(frozen=True, slots=True)
class Portal:
    public_portal_id: str
    mode: str = GUEST_DIRECTORY
    entry_kind: str = "door"
    door_connected: bool = True
    name: Localized | None = None
    access_control: Place | None = None
    access_directory: Place | None = None
    branding: object = None
    door_image_url: str | None = None
    door_effective_auto_off_duration: int | None = None
    lights: tuple[Light, ...] = ()
    hold: Hold | None = None
    open_rate_limit: OpenRateLimit | None = None
    device_challenge: str | None = None  # what a guest's phone with a key signs here (additive)

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            public_portal_id=required(data, "public_portal_id"),
            # The directory is the mode that promises the least.
            mode=text(data, "mode") or GUEST_DIRECTORY,
            entry_kind=text(data, "entry_kind") or "door",
            door_connected=permitted(data, "door_connected"),
            name=localized(data, "name"),
            access_control=maybe(data, "access_control", Place.from_json),
            access_directory=maybe(data, "access_directory", Place.from_json),
            branding=data.get("branding"),
            door_image_url=link(data, "door_image_url"),
            door_effective_auto_off_duration=span(data, "door_effective_auto_off_duration"),
            lights=readable(items(data, "lights"), Light.from_json),
            hold=maybe(data, "hold", Hold.from_json),
            open_rate_limit=maybe(data, "open_rate_limit", OpenRateLimit.from_json),
            device_challenge=text(data, "device_challenge"),
        )

    def to_json(self) -> Json:
        return present(
            {
                "public_portal_id": self.public_portal_id,
                "mode": self.mode,
                "entry_kind": self.entry_kind,
                "door_connected": self.door_connected,
                "name": valued(self.name),
                "access_control": one(self.access_control),
                "access_directory": one(self.access_directory),
                "branding": self.branding,
                "door_image_url": self.door_image_url,
                "door_effective_auto_off_duration": self.door_effective_auto_off_duration,
                "lights": many(self.lights),
                "hold": one(self.hold),
                "open_rate_limit": one(self.open_rate_limit),
                "device_challenge": self.device_challenge,
            }
        )


@dataclass(frozen=True, slots=True)
class Target:
    """An entry of the directory. 0.1 servers say apartment where later ones say listing."""

    target_id: str
    effective_display_name: str = ""
    display_name: Localized = Localized({})
    floor: Localized | None = None
    floor_number: int | None = None
    listing_label: Localized | None = None
    listing_number: int | None = None
    location_detail: Localized | None = None
    allowed_actions: tuple[str, ...] = ()
    denial_reasons: tuple[str, ...] = ()
    call_available: bool | None = None
    require_video: bool = False
    image: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            target_id=required(data, "target_id"),
            effective_display_name=text(data, "effective_display_name") or "",
            display_name=localized(data, "display_name") or Localized({}),
            floor=localized(data, "floor"),
            floor_number=whole(data, "floor_number"),
            listing_label=localized(data, "listing_label", "apartment_label"),
            listing_number=whole(data, "listing_number", "apartment_number"),
            location_detail=localized(data, "location_detail"),
            allowed_actions=texts(data, "allowed_actions"),
            denial_reasons=texts(data, "denial_reasons"),
            call_available=truth(data, "call_available"),
            require_video=certain(data, "require_video"),
            image=link(data, "image"),
        )

    def name(self, language: str = "en") -> str:
        label = self.listing_label.text(language) if self.listing_label else ""
        number = "" if self.listing_number is None else str(self.listing_number)
        return self.effective_display_name or self.display_name.text(language) or label or number

    def to_json(self) -> Json:
        always: Json = {
            "target_id": self.target_id,
            "effective_display_name": self.effective_display_name,
            "display_name": one(self.display_name),
            "floor": one(self.floor),
            "allowed_actions": list(self.allowed_actions),
            "denial_reasons": list(self.denial_reasons),
            "require_video": self.require_video,
        }
        optional = {
            "floor_number": self.floor_number,
            "listing_label": one(self.listing_label),
            "listing_number": self.listing_number,
            "apartment_label": one(self.listing_label),
            "apartment_number": self.listing_number,
            "location_detail": one(self.location_detail),
            "call_available": self.call_available,
            "image": self.image,
        }
        return always | present(optional)


@dataclass(frozen=True, slots=True)
class Targets:
    status: str
    targets: tuple[Target, ...] = ()
    floor_order: tuple[str, ...] = ()
    message: Localized | None = None
    has_hidden: bool = False  # some entries are listed only for those who search for them by name
    cut: int = 0  # how many entries were left out of an answer too long to show

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        sent = items(data, "targets")
        targets = readable(sent[:MOST_TARGETS], Target.from_json)
        return cls(
            status=text(data, "status") or ("ready" if targets else "empty"),
            targets=targets,
            floor_order=texts(data, "floor_order"),
            message=localized(data, "message"),
            has_hidden=certain(data, "has_hidden"),
            cut=max(0, len(sent) - MOST_TARGETS),
        )

    def to_json(self) -> Json:
        optional = {
            "floor_order": list(self.floor_order) or None,
            "message": one(self.message),
            "has_hidden": self.has_hidden or None,
        }
        return {"status": self.status, "targets": many(self.targets) or []} | present(optional)


@dataclass(frozen=True, slots=True)
class Reachable:
    reachable: bool
    reason: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(certain(data, "reachable"), text(data, "reason"))

    def to_json(self) -> Json:
        return present({"reachable": self.reachable, "reason": self.reason})


@dataclass(frozen=True, slots=True)
class ScanProof:
    """Says that somebody looked at a sticker a moment ago. Good for one opening of that door."""

    scan_proof: str
    expires_at: datetime | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(required(data, "scan_proof"), moment(data, "expires_at"))

    def to_json(self) -> Json:
        return {"scan_proof": self.scan_proof, "expires_at": stamp(self.expires_at)}
