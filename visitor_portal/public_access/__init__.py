"""A building's public access API, as typed Python: no framework, no settings, no state."""

from .client import Photo, PublicAccess
from .errors import (
    BadAnswer,
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotFound,
    NotOffered,
    PublicAccessError,
    Refused,
    TooSoon,
    Unknown,
    Unreachable,
)
from .requests import Visitor
from .transport import new_http
from .wire import ExecutedInvite, Localized, Opened, Opening

__all__ = [
    "BadAnswer",
    "Conflict",
    "Denied",
    "ExecutedInvite",
    "Gone",
    "Invalid",
    "Localized",
    "NotFound",
    "NotOffered",
    "Opened",
    "Opening",
    "Photo",
    "PublicAccess",
    "PublicAccessError",
    "Refused",
    "TooSoon",
    "Unknown",
    "Unreachable",
    "Visitor",
    "new_http",
]
