"""The two layouts in which the body of an access goes over the wire, told apart and made into one.

Nothing on the wire names the layout, and bytes of one can be read as the other with another meaning: an end becomes a
begin, doors are lost. So each body is looked at before it is read: the kinds of its fields differ. All bodies of a
request are of one layout; what stays undecided, or speaks for both, is refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from . import errors
from .bodies import Body, from_documented, from_published
from .generated import entryfy_org_v1_pb2 as pb

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MOST_BODIES = 1000
_SLUG, _BODIES = 1, 2
_TIME = (b"\x08", b"\x10")  # what a Timestamp begins with
_BREAKS = (b"\t", b"\n", b"\r")  # what a text may begin with, and nothing else here does

Field = tuple[int, int, bytes]  # number, wire type, value; empty for all but bytes


@dataclass(frozen=True, slots=True)
class Bodies:
    organization_slug: str
    layout: str  # documented, published
    bodies: list[Body]


def read(documented: Any, published: Any, data: bytes) -> Bodies:
    """A request that holds bodies, whichever layout they are in."""
    raw = [value for number, kind, value in fields(data) if (number, kind) == (_BODIES, BYTES)]
    if len(raw) > MOST_BODIES:
        raise errors.invalid("access_bodies", f"At most {MOST_BODIES} in one call.")
    layout = layout_of(raw)
    request = (documented if layout == "documented" else published).FromString(data)
    made = from_documented if layout == "documented" else from_published
    found = [made(f"access_bodies[{number}].", body) for number, body in enumerate(request.access_bodies)]
    return Bodies(request.organization_slug, layout, found)


READERS: dict[str, Callable[[bytes], Bodies]] = {
    "/entryfy.org.api.v1.AccessesService/CreateAccesses": lambda data: read(
        pb.CreateAccessesDocumentedRequest, pb.CreateAccessesRequest, data
    ),
    "/entryfy.org.api.v1.AccessesService/UpdateAccesses": lambda data: read(
        pb.UpdateAccessesDocumentedRequest, pb.UpdateAccessesRequest, data
    ),
}


def layout_of(bodies: list[bytes]) -> str:
    """What all of them are in. Raises a Fault when they do not agree, or when nobody can tell."""
    seen: dict[str, int] = {}
    for number, body in enumerate(bodies):
        for layout in evidence(body):
            seen.setdefault(layout, number)
    if len(seen) > 1:
        raise errors.invalid(f"access_bodies[{max(seen.values())}]", "Two layouts are mixed here.")
    if not seen and any(number == 6 for body in bodies for number, _, _ in fields(body)):
        raise errors.invalid(
            "access_bodies[0]", "Field 6 alone may be valid_from or valid_to, as the layout is. Name the doors."
        )
    return next(iter(seen), "published")


def evidence(body: bytes) -> set[str]:
    """The layouts that its fields speak for: none, one, or, where it is broken, both."""
    return {layout for number, kind, value in fields(body) if (layout := _speaks_for(number, kind, value))}


def _speaks_for(number: int, kind: int, value: bytes) -> str:
    test = _TESTS.get(number)
    return test(kind, value[:1], value) if test else ""


def _either(documented: bool, published: bool) -> str:
    return "documented" if documented else "published" if published else ""


def _is_only_a_user(value: bytes) -> bool:
    return [number for number, _, _ in fields(value)] == [1]


# What stands under a number, documented | published, and how the two differ in kind or first byte.
_TESTS: dict[int, Callable[[int, bytes, bytes], str]] = {
    4: lambda kind, head, value: _either(kind == VARINT, kind == BYTES),  # status | preferences
    5: lambda kind, head, value: _either(head in (b"\x0a", b"\x12"), head in _TIME),  # preferences | valid_from
    7: lambda kind, head, value: _either(head in _TIME, head > b"\x1f" or head in _BREAKS),  # valid_to | schedule
    8: lambda kind, head, value: _either(head in _TIME, head > b"\x1f" or head in _BREAKS),  # created_at | exception
    9: lambda kind, head, value: _either(head in _TIME, head in (b"\x0a", b"\x12", b"\x1a")),  # updated_at | guest
    10: lambda kind, head, value: _either(head not in (b"\x0a", b""), head == b"\x0a"),  # schedule | door
    11: lambda kind, head, value: _either(head != b"" and not _is_only_a_user(value), _is_only_a_user(value)),
    12: lambda kind, head, value: _either(kind == BYTES, kind == VARINT),  # user | welcome_email_required
    14: lambda kind, head, value: "documented",  # welcome_email_required | nothing
}


# -- the wire itself


def fields(data: bytes) -> Iterator[Field]:
    """The fields of one message, as they lie there. Raises DecodeError for what is none."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        value, at = _value(data, at, kind)
        if not number:
            raise DecodeError("A field has no number.")
        yield number, kind, value


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    if kind == VARINT:
        return b"", _varint(data, at)[1]
    if kind == BYTES:
        size, at = _varint(data, at)
    elif kind in (FIXED64, FIXED32):
        size = 8 if kind == FIXED64 else 4
    else:
        raise DecodeError("A field is of no known kind.")
    if at + size > len(data):
        raise DecodeError("A field is cut short.")
    return data[at : at + size], at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(data):
            raise DecodeError("A number is cut short.")
        byte = data[at]
        value, at = value | (byte & 0x7F) << 7 * place, at + 1
        if byte < 0x80:
            return value, at
    raise DecodeError("A number is too long.")
