"""Bodies that are not what an operation asked for."""

import json
from collections.abc import Iterator
from typing import Any

DEEP = 10_000
MEBIBYTE = 2**20
NO_OBJECT: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \r\n\t",
    "no JSON": b"mode=video&target_entity_id=x",
    "half of it": b'{"mode": "vid',
    "two of them": b"{}{}",
    "a comma too many": b'{"mode": "video",}',
    "single quotes": b"{'mode': 'video'}",
    "a comment": b'{} // "mode"',
    "no text": b"\xff\xfe\x00\x01",
    "UTF-16": '{"mode": "video"}'.encode("utf-16"),
    "UTF-32": '{"mode": "video"}'.encode("utf-32-le"),
    "Latin-1": '{"mode": "vidéo"}'.encode("latin-1"),
    "a byte order mark": b'\xef\xbb\xbf{"mode": "video"}',
    "half a letter": b'{"mode": "vid\xc3"}',
    "a raw control character": b'{"mode": "vi\x01deo"}',
    "a raw NUL": b'{"mode": "vi\x00deo"}',
    "null": b"null",
    "a list": b"[]",
    "a list of objects": b"[{}]",
    "a text": b'"video"',
    "a number": b"7",
    "NaN": b"NaN",
    "truth": b"true",
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep lists without an end": b"[" * DEEP,
    "deep objects": b'{"":' * DEEP + b"1" + b"}" * DEEP,
    "a number of 10,000 digits": b"9" * 10_000,
}
NO_TEXT: dict[str, Any] = {
    "a number": 7,
    "zero": 0,
    "a fraction": 0.5,
    "minus 64 bits": -(2**64),
    "infinity": float("inf"),
    "not a number": float("nan"),
    "truth": True,
    "falsehood": False,
    "a list": ["video"],
    "an empty list": [],
    "an object": {"value": "video"},
    "a list 200 deep": json.loads("[" * 200 + "]" * 200),
    "a NUL": "video\0",
    "only a NUL": "\0",
    "half a surrogate pair": "video\ud800",
    "the other half": "\udc00video",
    "the halves in the wrong order": "\udc00\ud800",
}
ODD_TEXT: dict[str, str] = {
    "bidi controls": "\u202eelif\u202c \u2066x\u2069 \u200f",
    "zero-width": "vid\u200beo\ufeff",
    "combining": "e\u0301" * 40,
    "a door": "\U0001f6aa" * 20,
    "a whole surrogate pair": "\ud83d\udeaa",
    "line breaks": "a\r\nb\u2028c\u2029d",
    "escapes": "\x1b[31mred\x07",
    "markup": "<script>alert(1)</script>&lt;{{7*7}}{% x %}",
    "quotes": "'\"`;--\\",
    "not a character": "\uffff\ufdd0",
    "private": "\ue000",
    "60,000 letters": "x" * 60_000,
}


def refused(good: dict[str, Any], required: set[str]) -> Iterator[tuple[str, bytes]]:
    """Bodies that must be refused, by what is wrong with them."""
    yield from NO_OBJECT.items()
    yield "a member too many", _sent(good | {"token": "x"})
    yield "a member too many, far out", _sent({"\ud800": "x"} | good)
    yield "a member too many, empty", _sent(good | {"": ""})
    yield "members in capitals", _sent({name.upper(): value for name, value in good.items()})
    for name in good:
        for how, value in NO_TEXT.items():
            if not (isinstance(value, bool) and isinstance(good[name], bool)):
                yield f"{name} is {how}", _sent(good | {name: value})
        yield f"{name} has 5,000 digits", _sent(good).replace(json.dumps(good[name]).encode(), b"9" * 5000)
        yield f"{name} twice, the last one a number", _sent(good)[:-1] + f', "{name}": 7}}'.encode()
    for name in required:
        for value in (None, "", " \t\n"):
            yield f"{name} is {value!r}", _sent(good | {name: value})
        yield f"without {name}", _sent({other: value for other, value in good.items() if other != name})


def odd(good: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Bodies that may be refused or taken, and must be survived."""
    for name in good:
        for how, value in ODD_TEXT.items():
            yield f"{name}: {how}", json.dumps(good | {name: value}, ensure_ascii="pair" in how).encode()
        yield f"{name} twice", _sent(good)[:-1] + f', "{name}": "other"}}'.encode()
        yield f"{name} twice, the first one a number", f'{{"{name}": 7, '.encode() + _sent(good)[1:]


def _sent(body: Any) -> bytes:
    return json.dumps(body).encode()
