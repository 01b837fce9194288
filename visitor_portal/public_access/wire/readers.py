"""Small readers for one member of an answer.

Most are tolerant: what is missing or of another type is simply absent, so a page loses one part and not
itself. `required`, `certain` and `permitted` are strict: they decide something, and doubt means no.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from visitor_portal.public_access.errors import BadAnswer

Json = dict[str, object]
T = TypeVar("T")

_INT64 = 2**63


class Shape(Protocol):
    def to_json(self) -> Json: ...


# --- reading, tolerant ---


def members(data: object) -> Json:
    if not isinstance(data, dict):
        raise BadAnswer("not an object")
    return data


def text(data: Mapping[str, object], *keys: str) -> str | None:
    return next((value for key in keys if isinstance(value := data.get(key), str)), None)


def link(data: Mapping[str, object], key: str) -> str | None:
    """An address a page may put into `src` or `href`: http, https, or a path on this very host."""
    value = text(data, key)
    if value is None or not value.lower().startswith(("https://", "http://", "/")):
        return None
    return None if value.startswith(("//", "/\\")) else value


def whole(data: Mapping[str, object], *keys: str) -> int | None:
    return next((value for key in keys if (value := _whole(data.get(key))) is not None), None)


def _whole(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -_INT64 <= value < _INT64 else None


def span(data: Mapping[str, object], key: str) -> int | None:
    """A duration or a count: never negative."""
    value = whole(data, key)
    return None if value is None or value < 0 else value


def number(data: Mapping[str, object], key: str) -> float | None:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def truth(data: Mapping[str, object], key: str) -> bool | None:
    value = data.get(key)
    return value if isinstance(value, bool) else None


def moment(data: Mapping[str, object], key: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text(data, key) or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def texts(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(value for value in items(data, key) if isinstance(value, str))


def items(data: Mapping[str, object], key: str) -> list[object]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def maybe(data: Mapping[str, object], key: str, read: Callable[[object], T]) -> T | None:
    value = data.get(key)
    try:
        return None if value is None else read(value)
    except BadAnswer:
        return None


def readable(values: Iterable[object], read: Callable[[object], T]) -> tuple[T, ...]:
    """Every value that can be read; the others are left out."""
    found = []
    for value in values:
        try:
            found.append(read(value))
        except BadAnswer:
            continue
    return tuple(found)


def seconds_by_id(data: Mapping[str, object], key: str) -> dict[str, int] | None:
    value = data.get(key)
    if not isinstance(value, dict):
        return None
    return {id_: seconds for id_ in value if (seconds := span(value, id_)) is not None}


# --- reading, strict ---


def required(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadAnswer(f"no usable {key}")
    return value


def certain(data: Mapping[str, object], key: str) -> bool:
    """True for a literal `true` and nothing else."""
    return data.get(key) is True


def permitted(data: Mapping[str, object], key: str) -> bool:
    """Older servers do not send it, and mean yes; a member that is there has to be a literal `true`."""
    return data.get(key, True) is True


# --- writing ---


def present(data: Mapping[str, object]) -> Json:
    return {key: value for key, value in data.items() if value is not None}


def one(shape: Shape | None) -> Json | None:
    return None if shape is None else shape.to_json()


def many(shapes: Iterable[Shape]) -> list[Json] | None:
    return [shape.to_json() for shape in shapes] or None


def stamp(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
