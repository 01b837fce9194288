"""What can go wrong between a page and a building.

PublicAccessError
├─ Unreachable   surely nothing was sent: no connection, name, certificate or free place in the pool
├─ Unknown       sent, and no usable answer came: timeout, reset, redirect, 5xx
├─ BadAnswer     answered 2xx, but not with what the API promises
└─ Refused       the building said no: status and code
   ├─ NotFound   404 (NotOffered: this building has no such operation, 404 without a code or 405)
   ├─ Denied     401, 403
   ├─ Gone       410
   ├─ Conflict   409
   ├─ Invalid    400, 413, 422
   └─ TooSoon    429
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .wire.openings import Opening

__all__ = [
    "BadAnswer",
    "Conflict",
    "Denied",
    "Gone",
    "Invalid",
    "NotFound",
    "NotOffered",
    "PublicAccessError",
    "Refused",
    "TooSoon",
    "Unknown",
    "Unreachable",
]


class PublicAccessError(Exception):
    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(PublicAccessError):
    pass


class Unknown(PublicAccessError):
    def __init__(
        self,
        reason: str = "",
        *,
        status: int | None = None,
        code: str = "",
        correlation_id: str | None = None,
        retry_after: int | None = None,
        opening: Opening | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.correlation_id = correlation_id
        self.retry_after = retry_after
        self.opening = opening


class BadAnswer(PublicAccessError):
    pass


class Refused(PublicAccessError):
    def __init__(
        self,
        status: int,
        code: str = "",
        message: str = "",
        *,
        correlation_id: str | None = None,
        retry_after: int | None = None,
        opening: Opening | None = None,
        answered_by: str | None = None,
    ) -> None:
        # The message is for people and may repeat what they typed: it stays out of str() and so of logs.
        super().__init__(f"{status} {code}".rstrip())
        self.status = status
        self.code = code
        self.message = message
        self.correlation_id = correlation_id
        self.retry_after = retry_after
        self.opening = opening
        self.answered_by = answered_by


class NotFound(Refused):
    pass


class NotOffered(NotFound):
    pass


class Denied(Refused):
    pass


class Gone(Refused):
    pass


class Conflict(Refused):
    pass


class Invalid(Refused):
    pass


class TooSoon(Refused):
    pass
