"""Small values on their way in and out: UUIDs, times, auth types."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID, uuid5

from google.protobuf.timestamp_pb2 import Timestamp
from ulid import ULID

from visitor_portal.building.models import AUTH_TYPES

from . import errors

_PREFIX = "AUTH_TYPE_"
_ROWS = UUID("6c1b0a4e-6a0f-4d0b-9a57-3f0c5d1f6a11")  # for rows that have no id of their own


@lru_cache(maxsize=4096)
def uuid_of(id_: str) -> str:
    """An id of ours as a UUID: the same 128 bits."""
    return str(ULID.from_str(id_).to_uuid())


def id_of(uuid: str) -> str | None:
    """The other way round; None for what is no UUID."""
    try:
        return str(ULID.from_uuid(UUID(uuid)))
    except ValueError:
        return None


def uuid_for(*names: object) -> str:
    """Always the same one for these names."""
    return str(uuid5(_ROWS, ":".join(map(str, names))))


def id_in(field: str, uuid: str) -> str:
    if (id_ := id_of(uuid)) is None:
        raise errors.invalid(field, f"{uuid[:40]!r} is no UUID.")
    return id_


def ids_in(field: str, uuids: Iterable[str]) -> list[str]:
    return [id_in(f"{field}[{number}]", uuid) for number, uuid in enumerate(uuids)]


def timestamp(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    made = Timestamp()
    made.FromDatetime(at)
    return made


def moment(field: str, message: object, name: str) -> datetime | None:
    """The time in this part of a message; None when it is left out."""
    if not message.HasField(name):  # type: ignore[attr-defined]
        return None
    try:
        at: datetime = getattr(message, name).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise errors.invalid(f"{field}{name}", "This can't be a time.") from None
    return at


def auth_type(given: str) -> str | None:
    """As the building spells it; None for one that nobody knows."""
    name = given.strip().upper().replace("-", "_").removeprefix(_PREFIX)
    return name if name in AUTH_TYPES else None


def spelt(name: str) -> str:
    """As the API spells an auth type that nobody gave another spelling."""
    return _PREFIX + name
