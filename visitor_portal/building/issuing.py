"""An invite with everything that belongs to it, made in one go: its doors in order, its times, its proofs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from . import invites, otp
from .models import Access, AccessDoor, Door, Invite, Resident, WifiNetwork
from .schedule import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    doors: list[Door]
    auth_types: list[str] = field(default_factory=lambda: ["REMOTE"])
    windows: list[Window] = field(default_factory=list)  # in place of the four below
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    schedule: str = ""
    exception: str = ""
    host: Resident | None = None
    pin: str | None = None
    wifi_networks: list[WifiNetwork] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)  # as the model has them


def issue(order: Order) -> tuple[Invite, str]:
    """The invite, and its link's token, which is kept nowhere. Raises ValidationError, by field."""
    _check(order)
    with transaction.atomic():
        access = _access(order)
        access.full_clean(validate_unique=False)
        Invite(**order.fields).clean_fields(exclude={"access", "host", "token_hash", "photo"})
        access.save(force_insert=True)
        for door in order.doors:
            row = AccessDoor(
                access=access, door=door, in_auth_types=order.auth_types, out_auth_types=order.auth_types
            )
            row.clean()
            row.save()
        invite, token = invites.issue(access, host=order.host, pin=order.pin, **order.fields)
        if otp.is_asked(invite) and not otp.can_send(invite):
            raise ValidationError({"contact_phone": "Nothing here can send it a code: SMS_BACKEND names no gateway."})
        invite.wifi_networks.set(order.wifi_networks)
    return invite, token


def _check(order: Order) -> None:
    if not order.doors:
        raise ValidationError({"doors": "Name the doors that it opens."})
    if len({door.id for door in order.doors}) < len(order.doors):
        raise ValidationError({"doors": "A door is named twice."})
    building = order.doors[0].building_id
    belongings: dict[str, list[Any]] = {"doors": order.doors, "host": [order.host]}
    belongings["wifi_networks"] = order.wifi_networks
    for name, things in belongings.items():
        if any(thing is not None and thing.building_id != building for thing in things):
            raise ValidationError({name: "It belongs to another building."})
    if order.windows and (order.valid_from or order.valid_to or order.schedule):
        raise ValidationError({"windows": "Windows say all: leave begin, end and schedule out."})


def _access(order: Order) -> Access:
    valid_from, valid_to, schedule = order.valid_from, order.valid_to, order.schedule
    if order.windows:
        valid_from = min(window.start for window in order.windows)
        valid_to = max(window.end for window in order.windows)
        schedule = _events(order.windows) if len(order.windows) > 1 else ""
    title = order.fields.get("name") or order.fields.get("contact_name") or "a guest"
    return Access(
        building=order.doors[0].building,
        name=f"Invite: {title}"[:120],
        kind=Access.Kind.TEMPORARY if valid_to else Access.Kind.PERMANENT,
        valid_from=valid_from,
        valid_to=valid_to,
        schedule=schedule,
        exception=order.exception,
    )


def put_in_order(access: Access, doors: list[Door]) -> None:
    """Its rows in the order of these doors, which are all that it opens. Each keeps its grant's id."""
    rows = {row.door_id: row for row in access.doors.all()}
    ordered = [rows[door.id] for door in doors]
    if ordered != sorted(rows.values(), key=lambda row: row.pk):
        access.doors.all().delete()
        for row in ordered:
            row.pk = None
        AccessDoor.objects.bulk_create(ordered)


def _events(windows: list[Window]) -> str:
    """Each window as an event of the schedule."""
    lines = ["BEGIN:VCALENDAR"]
    for window in windows:
        start, end = (at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for at in (window.start, window.end))
        lines += ["BEGIN:VEVENT", f"DTSTART:{start}", f"DTEND:{end}", "END:VEVENT"]
    return "\n".join([*lines, "END:VCALENDAR", ""])
