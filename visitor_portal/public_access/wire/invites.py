from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from visitor_portal.public_access.errors import BadAnswer

from .grants import Grant, read_grant
from .localized import Localized, localized, valued
from .openings import Opened, judge
from .places import Location, Place
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
    present,
    readable,
    required,
    seconds_by_id,
    span,
    stamp,
    text,
    texts,
    truth,
)
from .schedules import CurfewWindow, Schedule, ScheduleEntry, ScheduleSpan


@dataclass(frozen=True, slots=True)
class WifiNetwork:
    id: str
    ssid: str
    security: str = "open"
    hidden: bool = False
    password: str | None = None
    username: str | None = None
    notes: str | None = None
    credentials_unavailable: bool | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            id=text(data, "id") or "",
            ssid=required(data, "ssid"),
            security=text(data, "security") or "open",
            hidden=certain(data, "hidden"),
            password=text(data, "password"),
            username=text(data, "username"),
            notes=text(data, "notes"),
            credentials_unavailable=truth(data, "credentials_unavailable"),
        )

    def to_json(self) -> Json:
        return present(
            {
                "id": self.id,
                "ssid": self.ssid,
                "security": self.security,
                "hidden": self.hidden,
                "password": self.password,
                "username": self.username,
                "notes": self.notes,
                "credentials_unavailable": self.credentials_unavailable,
            }
        )


@dataclass(frozen=True, slots=True)
class Invite:
    invite_token: str
    state: str
    invite_url: str = ""
    grants: tuple[Grant, ...] = ()
    location_mode: str = "inherit"
    audience: str = "anyone_with_link"
    contact_challenge_required: bool = False
    contact_display_name: str | None = None
    require_pin: bool = False
    require_verified_phone: bool = False
    name: str | None = None
    invitee_message: Localized | None = None
    photo_url: str | None = None
    already_claimed: bool | None = None
    renewal_requested: bool | None = None
    max_devices: int | None = None
    devices_count: int | None = None
    device_request: str | None = None  # of a phone that asked the host: asked or denied (additive)
    device_bound: bool | None = None  # whether this phone's taps must be signed by its key (additive)
    device_challenge: str | None = None  # what they sign (additive)
    max_uses: int | None = None
    uses_remaining: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    schedule_kind: str | None = None
    schedule: Schedule | None = None
    schedule_combined: ScheduleSpan | None = None
    schedule_entries: tuple[ScheduleEntry, ...] = ()
    timezone: str | None = None
    curfew_windows: tuple[CurfewWindow, ...] = ()
    allowed_weekdays: tuple[int, ...] = ()  # Sunday is 0
    blackout_dates: tuple[str, ...] = ()
    access_control: Place | None = None
    building: object = None
    event_location: Location | None = None
    wifi_networks: tuple[WifiNetwork, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            invite_token=text(data, "invite_token") or "",
            state=required(data, "state"),
            invite_url=link(data, "invite_url") or "",
            grants=readable(items(data, "grants"), read_grant),
            location_mode=text(data, "location_mode") or "inherit",
            audience=text(data, "audience") or "anyone_with_link",
            contact_challenge_required=certain(data, "contact_challenge_required"),
            contact_display_name=text(data, "contact_display_name"),
            require_pin=certain(data, "require_pin"),
            require_verified_phone=certain(data, "require_verified_phone"),
            name=text(data, "name"),
            invitee_message=localized(data, "invitee_message"),
            photo_url=link(data, "photo_url"),
            already_claimed=truth(data, "already_claimed"),
            renewal_requested=truth(data, "renewal_requested"),
            max_devices=span(data, "max_devices"),
            devices_count=span(data, "devices_count"),
            device_request=text(data, "device_request"),
            device_bound=truth(data, "device_bound"),
            device_challenge=text(data, "device_challenge"),
            max_uses=span(data, "max_uses"),
            uses_remaining=span(data, "uses_remaining"),
            valid_from=moment(data, "valid_from"),
            valid_to=moment(data, "valid_to"),
            schedule_kind=text(data, "schedule_kind"),
            schedule=maybe(data, "schedule", Schedule.from_json),
            schedule_combined=maybe(data, "schedule_combined", ScheduleSpan.from_json),
            schedule_entries=readable(items(data, "schedule_entries"), ScheduleEntry.from_json),
            timezone=text(data, "timezone"),
            curfew_windows=readable(items(data, "curfew_windows"), CurfewWindow.from_json),
            allowed_weekdays=readable(items(data, "allowed_weekdays"), _weekday),
            blackout_dates=texts(data, "blackout_dates"),
            access_control=maybe(data, "access_control", Place.from_json),
            building=data.get("building"),
            event_location=maybe(data, "event_location", Location.from_json),
            wifi_networks=readable(items(data, "wifi_networks"), WifiNetwork.from_json),
        )

    def to_json(self) -> Json:
        return {"grants": many(self.grants) or []} | present(self._facts() | self._limits())

    def _facts(self) -> Json:
        return {
            "invite_token": self.invite_token,
            "invite_url": self.invite_url,
            "state": self.state,
            "location_mode": self.location_mode,
            "audience": self.audience,
            "contact_challenge_required": self.contact_challenge_required,
            "contact_display_name": self.contact_display_name,
            "require_pin": self.require_pin,
            "require_verified_phone": self.require_verified_phone,
            "name": self.name,
            "invitee_message": one(self.invitee_message),
            "photo_url": self.photo_url,
            "already_claimed": self.already_claimed,
            "renewal_requested": self.renewal_requested,
            "access_control": one(self.access_control),
            "building": self.building,
            "event_location": one(self.event_location),
            "wifi_networks": many(self.wifi_networks),
        }

    def _limits(self) -> Json:
        return {
            "max_devices": self.max_devices,
            "devices_count": self.devices_count,
            "device_request": self.device_request,
            "device_bound": self.device_bound,
            "device_challenge": self.device_challenge,
            "max_uses": self.max_uses,
            "uses_remaining": self.uses_remaining,
            "valid_from": stamp(self.valid_from),
            "valid_to": stamp(self.valid_to),
            "schedule_kind": self.schedule_kind,
            "schedule": one(self.schedule),
            "schedule_combined": one(self.schedule_combined),
            "schedule_entries": many(self.schedule_entries),
            "timezone": self.timezone,
            "curfew_windows": many(self.curfew_windows),
            "allowed_weekdays": list(self.allowed_weekdays) or None,
            "blackout_dates": list(self.blackout_dates) or None,
        }


def _weekday(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 6:
        raise BadAnswer("not a weekday")
    return value


@dataclass(frozen=True, slots=True)
class ExecutedInvite(Opened):
    """`ok` is what the building literally said; `confirmed` also needs the opening not to say otherwise."""

    ok: bool = False
    label: Localized | None = None  # the door's name: told with it, nobody has to ask for the invite again
    invite_id: str | None = None  # from a cookie: the phone that opened was given a place on the invite by that

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        if not isinstance(data.get("ok"), bool):
            raise BadAnswer("neither yes nor no")
        return cls(
            opening=judge(data),
            message=text(data, "message"),
            door_auto_close_duration=span(data, "door_auto_close_duration"),
            door_open_duration_seconds=span(data, "door_open_duration_seconds"),
            lights_auto_off_duration=seconds_by_id(data, "lights_auto_off_duration"),
            degradation=data.get("degradation"),
            uses_remaining=span(data, "uses_remaining"),
            ok=certain(data, "ok"),
            label=localized(data, "label"),
        )

    def to_json(self) -> Json:
        return Opened.to_json(self) | {"ok": self.ok} | present({"label": valued(self.label)})


@dataclass(frozen=True, slots=True)
class OtpChallenge:
    challenge_id: str
    expires_at: datetime | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(required(data, "challenge_id"), moment(data, "expires_at"))

    def to_json(self) -> Json:
        return present({"challenge_id": self.challenge_id, "expires_at": stamp(self.expires_at)})


@dataclass(frozen=True, slots=True)
class Renewal:
    ok: bool
    already_requested: bool | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(certain(data, "ok"), truth(data, "already_requested"))

    def to_json(self) -> Json:
        return present({"ok": self.ok, "already_requested": self.already_requested})


@dataclass(frozen=True, slots=True)
class InviteSession:
    """A visitor's standing as a guest. 0.1 servers send no body and leave the invite's id in a cookie."""

    ok: bool
    invite_id: str | None = None
    guest_id: str | None = None
    device_request: str | None = None  # asked: it holds nothing until the host allows it (additive)

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(certain(data, "ok"), text(data, "invite_id"), text(data, "guest_id"), text(data, "device_request"))

    def to_json(self) -> Json:
        facts = {"invite_id": self.invite_id, "guest_id": self.guest_id, "device_request": self.device_request}
        return present({"ok": self.ok, **facts})


@dataclass(frozen=True, slots=True)
class InviteLocale:
    locale: str

    @classmethod
    def from_json(cls, data: object) -> Self:
        return cls(required(members(data), "locale"))

    def to_json(self) -> Json:
        return {"locale": self.locale}
