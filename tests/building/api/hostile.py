"""What a careless or a hostile client sends."""

import json
from typing import Any

from .conftest import Api
from .contract import OPERATIONS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
UNKNOWN_IDS = ("01JABCDEFGHJKMNPQRSTVWXYZ0", "nothing", "0", "-", "_", "x" * 128)
ANYTHING = {  # for operations that declare no body: all of it is read past
    "nothing": b"",
    "an empty object": b"{}",
    "members nobody declared": b'{"reason": "visitor", "deep": {"er": [1, null]}}',
    "a list": b"[1]",
    "no JSON": b"reason=visitor",
    "no text": b"\xff\xfe\x00",
}
_NO_JSON = {
    "nothing": b"",
    "no JSON": b"mode=video",
    "half of it": b'{"mode": "vid',
    "no text": b"\xff\xfe",
    "UTF-16": '{"mode": "video"}'.encode("utf-16"),
    "null": b"null",
    "a list": b"[]",
    "a text": b'"video"',
    "a number": b"7",
    "too deep": b"[" * 60_000,
    "an empty object": b"{}",
}
_NO_TEXT: dict[str, Any] = {
    "null": None,
    "blank": "",
    "spaces": " \t\n",
    "a number": 7,
    "64 bits": 2**64,
    "minus 64 bits": -(2**64),
    "a fraction": 0.5,
    "truth": True,
    "a list": ["video"],
    "an object": {"value": "video"},
    "deep": json.loads("[" * 200 + "]" * 200),
    "a NUL": "video\0",
    "only a NUL": "\0",
    "half a surrogate pair": "video\ud800",
    "not finite": float("inf"),
    "not a number": float("nan"),
}


def bad_bodies(**good: str) -> dict[str, bytes]:
    """Every way in which a body with these members can be wrong."""
    bodies = dict(_NO_JSON)
    bodies["a member too many"] = _sent(good | {"token": "x"})
    bodies["a member that is half a surrogate pair"] = _sent(good | {"\ud800": "x"})
    for name in good:
        bodies[f"without {name}"] = _sent({other: value for other, value in good.items() if other != name})
        bodies |= {f"{name}: {how}": _sent(good | {name: value}) for how, value in _NO_TEXT.items()}
        bodies[f"{name}: 5000 digits"] = _sent(good).replace(f'"{good[name]}"'.encode(), b"9" * 5000)
    return bodies


def _sent(body: Any) -> bytes:
    return json.dumps(body).encode()


def assert_no_other_method(api: Api, operation: str, *ids: str, **options: Any) -> None:
    right = OPERATIONS[operation][0]
    for method in METHODS:
        if method == "HEAD":  # its answers have no body
            continue
        if method != right:
            assert api.refused(operation, *ids, method=method, **options) == (405, "invalid_request"), method
            assert api.last["Allow"] == right
