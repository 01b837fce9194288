"""When an invite is good: windows, repetition, and hours it is not good for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from visitor_portal.public_access.errors import BadAnswer

from .readers import Json, certain, maybe, members, moment, one, present, required, span, stamp, text, truth


@dataclass(frozen=True, slots=True)
class Window:
    from_: datetime
    to: datetime

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        start, end = moment(data, "from"), moment(data, "to")
        if start is None or end is None:
            raise BadAnswer("a window without an end")
        return cls(start, end)

    def to_json(self) -> Json:
        return {"from": stamp(self.from_), "to": stamp(self.to)}


@dataclass(frozen=True, slots=True)
class SeriesEnd:
    """`kind` never, until (with `at`) or count (with `total`)."""

    kind: str
    at: datetime | None = None
    total: int | None = None
    last_window_to: datetime | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        last = moment(data, "last_window_to")
        return cls(required(data, "kind"), moment(data, "at"), span(data, "total"), last)

    def to_json(self) -> Json:
        last = stamp(self.last_window_to)
        return present({"kind": self.kind, "at": stamp(self.at), "total": self.total, "last_window_to": last})


@dataclass(frozen=True, slots=True)
class Schedule:
    is_recurring: bool = False
    slot_duration_seconds: int = 0
    active_window: Window | None = None
    next_window: Window | None = None
    series_end: SeriesEnd | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            is_recurring=certain(data, "is_recurring"),
            slot_duration_seconds=span(data, "slot_duration_seconds") or 0,
            active_window=maybe(data, "active_window", Window.from_json),
            next_window=maybe(data, "next_window", Window.from_json),
            series_end=maybe(data, "series_end", SeriesEnd.from_json),
        )

    def to_json(self) -> Json:
        return present(
            {
                "is_recurring": self.is_recurring,
                "slot_duration_seconds": self.slot_duration_seconds,
                "active_window": one(self.active_window),
                "next_window": one(self.next_window),
                "series_end": one(self.series_end),
            }
        )


@dataclass(frozen=True, slots=True)
class ScheduleSpan:
    """All schedules of an invite taken together."""

    since: datetime | None = None
    until: datetime | None = None
    open_ended_recurrence: bool | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(moment(data, "since"), moment(data, "until"), truth(data, "open_ended_recurrence"))

    def to_json(self) -> Json:
        return present(
            {
                "since": stamp(self.since),
                "until": stamp(self.until),
                "open_ended_recurrence": self.open_ended_recurrence,
            }
        )


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    id: str
    schedule: Schedule
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    is_enabled: bool = False
    name: str | None = None
    invite_recurrence: object = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            id=text(data, "id") or "",
            schedule=Schedule.from_json(data.get("schedule")),
            valid_from=moment(data, "valid_from"),
            valid_to=moment(data, "valid_to"),
            is_enabled=certain(data, "is_enabled"),
            name=text(data, "name"),
            invite_recurrence=data.get("invite_recurrence"),
        )

    def to_json(self) -> Json:
        return present(
            {
                "id": self.id,
                "name": self.name,
                "is_enabled": self.is_enabled,
                "valid_from": stamp(self.valid_from),
                "valid_to": stamp(self.valid_to),
                "invite_recurrence": self.invite_recurrence,
                "schedule": self.schedule.to_json(),
            }
        )


@dataclass(frozen=True, slots=True)
class CurfewWindow:
    """Hours (HH:MM, the end included) in which the invite does not open; may wrap midnight."""

    start: str
    end: str

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(required(data, "start"), required(data, "end"))

    def to_json(self) -> Json:
        return {"start": self.start, "end": self.end}
