"""From an answer's bytes to a value or an error."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain

from .errors import (
    BadAnswer,
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotFound,
    NotOffered,
    Refused,
    TooSoon,
    Unknown,
)
from .transport import Answer
from .wire.openings import REFUSED
from .wire.status import ErrorBody

MOST_RETRY_AFTER = 60

_DEEPEST = 64
_KINDS: dict[int, type[Refused]] = {
    400: Invalid,
    401: Denied,
    403: Denied,
    404: NotFound,
    405: NotOffered,
    409: Conflict,
    410: Gone,
    413: Invalid,
    422: Invalid,
    429: TooSoon,
}


def value(answer: Answer) -> object:
    """The JSON value of a body, without anything in it that would break a page later."""
    if answer.flaw:
        raise BadAnswer(answer.flaw)
    try:
        found = json.loads(
            answer.body.decode("utf-8-sig"),
            object_pairs_hook=_single,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise BadAnswer("not JSON") from error
    if not _shallow(found):
        raise BadAnswer("nested too deep")
    return _clean(found) if b"\\u" in answer.body else found


def _single(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member twice")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


def _shallow(found: object) -> bool:
    level = [found]
    for _ in range(_DEEPEST):
        level = list(chain.from_iterable(_children(value) for value in level))
        if not level:
            return True
    return False


def _children(found: object) -> list[object]:
    if isinstance(found, dict):
        return list(found.values())
    return found if isinstance(found, list) else []


def _clean(found: object) -> object:
    """Half of a surrogate pair cannot be written as UTF-8, nor a NUL be stored by PostgreSQL."""
    if isinstance(found, str):
        return found.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(found, list):
        return [_clean(item) for item in found]
    if isinstance(found, dict):
        return {str(_clean(key)): _clean(item) for key, item in found.items()}
    return found


def accepted(answer: Answer, *, additive: bool = False) -> Answer:
    """The answer itself when it is a 2xx, else its error. `additive` marks operations many buildings lack."""
    if answer.ok:
        return answer
    raise _error(answer, additive=additive)


def _error(answer: Answer, *, additive: bool) -> Refused | Unknown:
    body, retry = _error_body(answer), retry_after(answer)
    correlation = body.correlation_id or answer.headers.get("X-Request-Id")
    if not _is_refusal(answer.status, body):
        return Unknown(
            f"answered {answer.status}",
            status=answer.status,
            code=body.error_code,
            correlation_id=correlation,
            retry_after=retry,
            opening=body.opening,
        )
    kind = _KINDS.get(answer.status, Refused)
    if additive and kind is NotFound and not body.error_code:
        kind = NotOffered
    return kind(
        answer.status,
        body.error_code,
        body.message,
        correlation_id=correlation,
        retry_after=retry,
        opening=body.opening,
        answered_by=body.answered_by,
    )


def _is_refusal(status: int, body: ErrorBody) -> bool:
    """Any 4xx, and the one 5xx in which the building says that it did not get through to the door."""
    unreached = status == 503 and body.error_code == "door_unreachable"
    return 400 <= status < 500 or bool(unreached and body.opening and body.opening.state == REFUSED)


def _error_body(answer: Answer) -> ErrorBody:
    try:
        return ErrorBody.from_json(value(answer))
    except BadAnswer:
        return ErrorBody()


def retry_after(answer: Answer) -> int | None:
    """Seconds from now, from either form of the header: none below 0, none above a minute."""
    header = answer.headers.get("Retry-After", "").strip()
    try:
        wait = float(header) if header[:1] in "-0123456789" and header else _until(header)
    except (ValueError, TypeError, OverflowError):
        return None
    return None if math.isnan(wait) else math.ceil(min(max(wait, 0.0), MOST_RETRY_AFTER))


def _until(header: str) -> float:
    at = parsedate_to_datetime(header)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
