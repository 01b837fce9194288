from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from .openings import Opening
from .readers import Json, maybe, members, one, present, text


@dataclass(frozen=True, slots=True)
class BackendStatus:
    environment: str = ""
    version: str = ""

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(text(data, "environment") or "", text(data, "version") or "")

    def to_json(self) -> Json:
        return {"environment": self.environment, "version": self.version}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What comes with a refusal."""

    message: str = ""
    error_code: str = ""
    correlation_id: str | None = None
    preview_token: str | None = None
    invited_phone: str | None = None
    current_phone: str | None = None
    opening: Opening | None = None
    answered_by: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            message=text(data, "message") or "",
            error_code=text(data, "error_code", "code") or "",
            correlation_id=text(data, "correlationId"),
            preview_token=text(data, "preview_token"),
            invited_phone=text(data, "invited_phone"),
            current_phone=text(data, "current_phone"),
            opening=maybe(data, "opening", Opening.from_json),
            answered_by=text(data, "answered_by"),
        )

    def to_json(self) -> Json:
        optional = {
            "error_code": self.error_code or None,
            "correlationId": self.correlation_id,
            "preview_token": self.preview_token,
            "invited_phone": self.invited_phone,
            "current_phone": self.current_phone,
            "opening": one(self.opening),
            "answered_by": self.answered_by,
        }
        return {"message": self.message} | present(optional)
