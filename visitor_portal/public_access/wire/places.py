from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from .localized import Localized, localized, valued
from .readers import Json, link, maybe, members, number, one, present, required, text


@dataclass(frozen=True, slots=True)
class Place:
    """A building, or a building's directory (then with `status` and `message`)."""

    name: Localized | None = None
    formatted_address: Localized | None = None
    city: Localized | None = None
    country: Localized | None = None
    notes: Localized | None = None
    lat: float | None = None
    lng: float | None = None
    geocoding_provider: str | None = None
    provider_place_id: str | None = None
    image_url: str | None = None
    image_thumb_url: str | None = None
    status: str | None = None
    message: Localized | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            name=localized(data, "name"),
            formatted_address=localized(data, "formatted_address"),
            city=localized(data, "city"),
            country=localized(data, "country"),
            notes=localized(data, "notes"),
            lat=number(data, "lat"),
            lng=number(data, "lng"),
            geocoding_provider=text(data, "geocoding_provider"),
            provider_place_id=text(data, "provider_place_id"),
            image_url=link(data, "image_url"),
            image_thumb_url=link(data, "image_thumb_url"),
            status=text(data, "status"),
            message=localized(data, "message"),
        )

    def to_json(self) -> Json:
        optional = {
            "formatted_address": one(self.formatted_address),
            "city": one(self.city),
            "country": one(self.country),
            "notes": one(self.notes),
            "lat": self.lat,
            "lng": self.lng,
            "geocoding_provider": self.geocoding_provider,
            "provider_place_id": self.provider_place_id,
            "image_url": self.image_url,
            "image_thumb_url": self.image_thumb_url,
            "status": self.status,
            "message": one(self.message),
        }
        return {"name": one(self.name)} | present(optional)


@dataclass(frozen=True, slots=True)
class LocationSource:
    owner_kind: str
    owner_id: str

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(required(data, "owner_kind"), required(data, "owner_id"))

    def to_json(self) -> Json:
        return {"owner_kind": self.owner_kind, "owner_id": self.owner_id}


@dataclass(frozen=True, slots=True)
class Location:
    """Where an event is, when an invite names a place of its own."""

    id: str
    kind: str = "address"
    formatted_address: Localized | None = None
    city: Localized | None = None
    country: Localized | None = None
    country_code: str | None = None
    notes: Localized | None = None
    lat: float | None = None
    lng: float | None = None
    geocoding_provider: str | None = None
    provider_place_id: str | None = None
    image_url: str | None = None
    source: LocationSource | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            id=text(data, "id") or "",
            kind=text(data, "kind") or "address",
            formatted_address=localized(data, "formatted_address"),
            city=localized(data, "city"),
            country=localized(data, "country"),
            country_code=text(data, "country_code"),
            notes=localized(data, "notes"),
            lat=number(data, "lat"),
            lng=number(data, "lng"),
            geocoding_provider=text(data, "geocoding_provider"),
            provider_place_id=text(data, "provider_place_id"),
            image_url=link(data, "image_url"),
            source=maybe(data, "source", LocationSource.from_json),
        )

    def to_json(self) -> Json:
        return present(
            {
                "id": self.id,
                "kind": self.kind,
                "formatted_address": valued(self.formatted_address),
                "city": valued(self.city),
                "country": valued(self.country),
                "country_code": self.country_code,
                "notes": valued(self.notes),
                "lat": self.lat,
                "lng": self.lng,
                "geocoding_provider": self.geocoding_provider,
                "provider_place_id": self.provider_place_id,
                "image_url": self.image_url,
                "source": one(self.source),
            }
        )
