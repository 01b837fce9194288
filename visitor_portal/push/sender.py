"""Pushes: sealed for one phone, signed, handed to its push service, and what became of it written down."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from threading import Lock

import httpcore
from django.utils import timezone
from pywebpush import WebPusher

from . import endpoints, line, pool, vapid
from .models import Phone

TTL = 45  # seconds that a push service keeps it for a phone that sleeps; later nobody stands at the door any more
MOST_BYTES = 3 * 1024
_GONE, _BUSY = (404, 410), (408, 425, 429)

logger = logging.getLogger(__name__)


class Result(StrEnum):
    TAKEN = "taken"  # by the push service; that the phone shows it only the phone can say
    GONE = "gone"  # the phone gave its subscription up
    BUSY = "busy"
    REFUSED = "refused"  # our fault: the key, the subject, the size
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Push:
    phone: Phone
    about: str  # what it is about: of two that wait for the same phone, the later one takes the place of the other
    payload: dict[str, str]
    told: Callable[[list["Outcome"]], object]  # gets what became of it, with others
    ref: int = 0  # by which whoever sent it knows it again


@dataclass(frozen=True, slots=True)
class Outcome:
    push: Push
    result: Result
    status: int = 0
    retry_after: int = 0  # seconds


_ended: list[Outcome] = []
_lock = Lock()


def send(push: Push) -> None:
    """Begin to send. Nobody waits for it."""
    try:
        pool.dial(_exchange(push))
    except pool.Full:
        logger.error("Too many pushes are under way: one was not sent.")
        _end(Outcome(push, Result.BUSY))


def topic(about: str) -> str:
    """32 characters that tell a push service nothing (RFC 8030, 5.4)."""
    return hashlib.sha256(about.encode()).hexdigest()[:32]


def sealed(phone: Phone, payload: dict[str, str]) -> bytes:
    """The bytes that this phone alone can read (RFC 8291)."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        raise ValueError("A push holds 3 KB at most.")
    keys = {"p256dh": phone.p256dh, "auth": phone.auth}
    body: bytes = WebPusher({"endpoint": phone.endpoint, "keys": keys}).encode(text)["body"]
    return body


async def _exchange(push: Push) -> None:
    try:
        outcome = await _tried(push)
    except endpoints.BadEndpoint:  # PUSH_HOSTS names its host no more
        outcome = Outcome(push, Result.REFUSED)
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, TimeoutError, OSError):
        outcome = Outcome(push, Result.UNREACHED)
    except Exception:
        logger.exception("A push could not be sent.")
        outcome = Outcome(push, Result.REFUSED)
    _end(outcome)


async def _tried(push: Push) -> Outcome:
    endpoint = endpoints.checked(push.phone.endpoint)
    headers = {
        "Authorization": vapid.authorization(endpoint.origin),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL),
        "Urgency": "high",  # a phone that sleeps is woken by nothing less
        "Topic": topic(push.about),
    }
    answer = await line.post(endpoint, sealed(push.phone, push.payload), headers)
    return Outcome(
        push, result_of(answer.status_code), answer.status_code, _seconds(answer.headers.get("Retry-After"))
    )


def result_of(status: int) -> Result:
    if 200 <= status < 300:
        return Result.TAKEN
    if status in _GONE:
        return Result.GONE
    return Result.BUSY if status in _BUSY or status >= 500 else Result.REFUSED


def _seconds(retry_after: str | None) -> int:
    """Of a Retry-After header, in either of its forms."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return min(int(text[:6]), 86400)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0, min(round((then - datetime.now(UTC)).total_seconds()), 86400))


# -- what became of them


def _end(outcome: Outcome) -> None:
    """Those that end while others are being written down are written down together."""
    with _lock:
        _ended.append(outcome)
        if len(_ended) > 1:
            return
    pool.later(_write_down)


def _write_down() -> None:
    with _lock:
        outcomes = _ended.copy()
        _ended.clear()
    now = timezone.now()
    for outcome in outcomes:
        _note(outcome, now)
    for told in {outcome.push.told for outcome in outcomes}:
        told([outcome for outcome in outcomes if outcome.push.told == told])


def _note(outcome: Outcome, now: datetime) -> None:
    """On the phone's row, unless its browser has got a new address meanwhile."""
    phone = outcome.push.phone
    row = Phone.objects.filter(id=phone.id, endpoint=phone.endpoint)
    if outcome.result == Result.TAKEN:
        row.update(told_at=now, trouble="")
    elif outcome.result == Result.GONE:
        row.filter(ended_at=None).update(ended_at=now, why=Phone.Why.GONE, trouble="")
    else:
        row.update(trouble=outcome.result.value)
    if outcome.result == Result.REFUSED and phone.trouble != Result.REFUSED:  # said once, not at every ring
        host = phone.endpoint.split("/")[2:3]
        logger.error("The push service at %s refuses what we send (%d).", "".join(host), outcome.status)
