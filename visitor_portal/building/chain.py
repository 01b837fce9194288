"""The chain through the access log: each row carries a keyed hash of itself and of the row before it.

Whoever can write to the database but does not know SECRET_KEY can't change, add or drop a row in the middle without
`verify` naming it. A cut at the end shows when the head is compared with one that was noted elsewhere.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from .models import AccessLog, LogHead, OpeningCount

_HASHED = (
    "id",
    "building",
    "sequence",
    "attempt",
    "step",
    "state",
    "reason",
    "door",
    "portal",
    "direction",
    "auth_type",
    "resident",
    "invite",
    "guest",
    "session",
    "key_hash",
    "seen_open",
    "milliseconds",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    building: str
    rows: int
    head: str  # the last row's hash: note it elsewhere, and a cut at the end will show
    fault: str = ""  # which row is the first bad one, and what is wrong with it


def hash_of(row: AccessLog, before: str, key: str | None = None) -> str:
    """This row's place in the chain. `before` is the hash of the row before it."""
    said = {name: getattr(row, name) for name in _HASHED} | {"at": row.at.astimezone(UTC).isoformat()}
    text = json.dumps([before, said], sort_keys=True, default=str)
    return hmac(_secret(key or settings.SECRET_KEY), text.encode(), sha256).hexdigest()


def _secret(key: str) -> bytes:
    return sha256(f"access log:{key}".encode()).digest()


def verify(building: str) -> Verdict:
    """Walk the chain from the first row that is kept to the head."""
    head = LogHead.objects.filter(building=building).first()
    if head is None:
        return Verdict(building, 0, "", "its head is gone")
    sequence, before, rows = head.purged_sequence, head.purged_hash, 0
    for row in AccessLog.objects.filter(building=building).order_by("sequence").iterator(1000):
        if row.sequence != sequence + 1:
            return Verdict(building, rows, before, f"row {sequence + 1} is missing")
        if not _is_right(row, before):
            return Verdict(building, rows, before, f"row {row.sequence} ({row.id}) is not what was written")
        sequence, before, rows = row.sequence, row.hash, rows + 1
    if (sequence, before) != (head.sequence, head.hash):
        return Verdict(building, rows, before, f"row {sequence + 1} is missing: the log was cut at its end")
    return Verdict(building, rows, before)


def _is_right(row: AccessLog, before: str) -> bool:
    keys = (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    return any(compare_digest(row.hash, hash_of(row, before, key)) for key in keys)


@transaction.atomic
def purge(building: str, *, before: datetime) -> int:
    """Drop the oldest rows. The chain goes on from the hash of the last one dropped, and the counts stay."""
    LogHead.objects.filter(building=building).update(sequence=F("sequence"))  # nobody adds meanwhile
    rows = AccessLog.objects.filter(building=building).order_by("sequence")
    kept = rows.filter(at__gte=before).first()
    old = rows.filter(sequence__lt=kept.sequence) if kept else rows
    last = old.last()
    if last is None:
        return 0
    _count(old.filter(state__in=AccessLog.ENDS).iterator(1000))
    LogHead.objects.filter(building=building).update(purged_sequence=last.sequence, purged_hash=last.hash)
    return old.delete()[0]


def _count(ends: Iterable[AccessLog]) -> None:
    counts = Counter((row.door, date(row.at.year, row.at.month, 1), row.state) for row in ends)
    for (door, month, state), count in counts.items():
        row, _ = OpeningCount.objects.get_or_create(door=door, month=month, state=state)
        OpeningCount.objects.filter(id=row.pk).update(count=F("count") + count)


def buildings() -> list[str]:
    """Every building that has a log, or rows of one."""
    return sorted({*LogHead.objects.values_list("building", flat=True), *_with_rows()})


def _with_rows() -> Iterable[str]:
    return AccessLog.objects.order_by().values_list("building", flat=True).distinct()


def holds(head: str) -> bool:
    """Whether this head, noted earlier, is still part of some building's log."""
    return (
        AccessLog.objects.filter(hash=head).exists()
        or LogHead.objects.filter(Q(hash=head) | Q(purged_hash=head)).exists()
    )
