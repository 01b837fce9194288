"""What became of an attempt to open a door."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from .readers import Json, members, present, seconds_by_id, span, text, truth

REQUESTED = "requested"
SENT = "sent"
CONFIRMED = "confirmed"
REFUSED = "refused"
UNKNOWN = "unknown"
OPENING_STATES = (REQUESTED, SENT, CONFIRMED, REFUSED, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Opening:
    state: str
    seen_open: bool | None = None
    milliseconds: int | None = None
    error_code: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Never fails: an opening that cannot be read is one of which we know nothing."""
        if not isinstance(data, dict):
            return cls(UNKNOWN)
        state = text(data, "state")
        return cls(
            state=state if state in OPENING_STATES else UNKNOWN,
            seen_open=truth(data, "seen_open"),
            milliseconds=span(data, "milliseconds"),
            error_code=text(data, "error_code"),
        )

    def to_json(self) -> Json:
        optional = present({"milliseconds": self.milliseconds, "error_code": self.error_code})
        return {"state": self.state, "seen_open": self.seen_open} | optional


def judge(data: Json) -> Opening:
    """The opening in a 2xx answer. What the answer leaves open is settled by the 2xx; what it says is kept,
    and the worse of two statements counts."""
    ok = data.get("ok")
    agreed = ok is True or ok is None
    if data.get("opening") is None:
        return Opening(CONFIRMED if agreed else REFUSED if ok is False else UNKNOWN)
    opening = Opening.from_json(data["opening"])
    return opening if agreed or opening.state != CONFIRMED else replace(opening, state=UNKNOWN)


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer of a building that accepted to open; `opening` says how far it came."""

    opening: Opening = field(default_factory=lambda: Opening(CONFIRMED))
    message: str | None = None
    door_auto_close_duration: int | None = None
    door_open_duration_seconds: int | None = None
    lights_auto_off_duration: dict[str, int] | None = None
    degradation: object = None
    uses_remaining: int | None = None

    @property
    def confirmed(self) -> bool:
        return self.opening.state == CONFIRMED

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            opening=judge(data),
            message=text(data, "message"),
            door_auto_close_duration=span(data, "door_auto_close_duration"),
            door_open_duration_seconds=span(data, "door_open_duration_seconds"),
            lights_auto_off_duration=seconds_by_id(data, "lights_auto_off_duration"),
            degradation=data.get("degradation"),
            uses_remaining=span(data, "uses_remaining"),
        )

    def to_json(self) -> Json:
        optional = present(
            {
                "message": self.message,
                "door_auto_close_duration": self.door_auto_close_duration,
                "door_open_duration_seconds": self.door_open_duration_seconds,
                "lights_auto_off_duration": self.lights_auto_off_duration,
                "degradation": self.degradation,
                "uses_remaining": self.uses_remaining,
            }
        )
        return {"ok": self.confirmed, "opening": self.opening.to_json()} | optional
