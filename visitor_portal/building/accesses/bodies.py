"""The body of an access as plain values, the same for both layouts, with the names that its own layout gives them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from visitor_portal.building.models.ids import hashed

from .wire import moment

PERMANENT, TEMPORARY = 1, 2


@dataclass(frozen=True, slots=True)
class DoorTerms:
    door_uuid: str
    lock_unlock_enabled: bool
    in_auth_types: tuple[str, ...]  # spelt as they were given
    out_auth_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuestTerms:
    email: str
    first_name: str = ""
    last_name: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    where: str  # how a fault names it, as `access_bodies[3].`
    uuid: str
    name: str
    description: str
    kind: int
    preferences: dict[str, str]
    valid_from: datetime | None
    valid_to: datetime | None
    schedule: str
    exception: str
    schedule_uuid: str = ""  # of a schedule that is kept, in place of text
    schedule_fields: tuple[str, str] = ("schedule_definition", "schedule_exception_definition")
    doors: tuple[DoorTerms, ...]
    users: tuple[str, ...]
    guests: tuple[GuestTerms, ...] | None  # None: this layout has no word for them
    welcome_email_required: bool

    @property
    def digest(self) -> str:
        """The same for the same content, in whichever layout and place it came."""
        said = asdict(self) | {"guests": self.guests or ()}
        for name in ("where", "schedule_fields", "uuid"):
            del said[name]
        return hashed(json.dumps(said, sort_keys=True, default=str))


def from_published(where: str, body: Any) -> Body:
    return Body(
        where=where,
        schedule=body.schedule_definition,
        exception=body.schedule_exception_definition,
        doors=tuple(map(_door, body.doors)),
        users=tuple(user.user_uuid for user in body.users),
        guests=tuple(GuestTerms(g.email.strip(), g.first_name.strip(), g.last_name.strip()) for g in body.guests),
        **_common(where, body),
    )


def from_documented(where: str, body: Any) -> Body:
    """What the server alone decides, status and the two times of its making, is left aside."""
    schedule = body.schedule
    texts = schedule.schedule_definition, schedule.exception_definition
    return Body(
        where=where,
        schedule=texts[0],
        exception=texts[1],
        schedule_uuid="" if any(texts) else schedule.uuid,
        schedule_fields=("schedule.schedule_definition", "schedule.exception_definition"),
        doors=tuple(map(_door, body.doors)),
        users=tuple(user.user_uuid for user in body.users),
        guests=None,
        **_common(where, body),
    )


def _common(where: str, body: Any) -> dict[str, Any]:
    return {
        "uuid": body.uuid,
        "name": body.name,
        "description": body.description,
        "kind": body.kind,
        "preferences": dict(body.preferences),
        "valid_from": moment(where, body, "valid_from"),
        "valid_to": moment(where, body, "valid_to"),
        "welcome_email_required": body.welcome_email_required,
    }


def _door(door: Any) -> DoorTerms:
    means = tuple(door.in_auth_types), tuple(door.out_auth_types)
    return DoorTerms(door.door_uuid, door.lock_unlock_enabled, *means)
