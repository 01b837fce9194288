"""The chain through the access log: each row carries a keyed hash of itself and of the row before it.

Where old rows were purged, the chain begins at a mark: the place and the hash of the last row dropped, with a keyed
hash of both and of the building. So whoever can write to the database but does not know SECRET_KEY can't change or
add a row, or drop one at the start or in the middle, without `verify` naming it. What becomes of other tricks:

- A mark that was made up, or that is another building's, is found: its keyed hash is not right.
- An older mark of the same log is found: the rows that were purged after it are missing. It is not found when those
  rows are put back too. Then every row is what was written, and only a purge is undone.
- A cut at the end is not found by `verify`, also one that goes back to the mark, or to an empty log. It shows when
  the head is compared with one that was noted elsewhere; `holds` does that, until the noted row is purged itself.
- A cut at the start from before the marks had keyed hashes is not found: migration 0005 took them at their word. Who
  may also change the database's tables can make it do so again.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from .models import AccessLog, LogHead, OpeningCount

logger = logging.getLogger(__name__)

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
    fault: str = ""  # which row is the first bad one, or that the start is, and what is wrong with it


def hash_of(row: AccessLog, before: str, key: str | None = None) -> str:
    """This row's place in the chain. `before` is the hash of the row before it."""
    said = {name: getattr(row, name) for name in _HASHED} | {"at": row.at.astimezone(UTC).isoformat()}
    return _keyed([before, said], key)


def seal_of(head: LogHead, key: str | None = None) -> str:
    """What proves the mark of a purge. No hash of a row can stand in for it: other things go into that."""
    return _keyed(["purged", head.building, head.purged_sequence, head.purged_hash], key)


def _keyed(said: list[object], key: str | None) -> str:
    text = json.dumps(said, sort_keys=True, default=str)
    return hmac(_secret(key or settings.SECRET_KEY), text.encode(), sha256).hexdigest()


def _secret(key: str) -> bytes:
    return sha256(f"access log:{key}".encode()).digest()


def _is_genuine(kept: str, made: Callable[[str], str]) -> bool:
    """Whether this is the hash that one of our keys makes."""
    keys = (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    return any(compare_digest(kept.encode(), made(key).encode()) for key in keys)


def verify(building: str) -> Verdict:
    """Walk the chain from the first row that is kept to the head."""
    head = LogHead.objects.filter(building=building).first()
    if head is None:
        return Verdict(building, 0, "", "its head is gone")
    found = _walk(head, AccessLog.objects.filter(building=building))
    end = head.purged_sequence + found.rows
    if not found.fault and (end, found.head) != (head.sequence, head.hash):
        return replace(found, fault=f"row {end + 1} is missing: the log was cut at its end")
    return found


def _walk(head: LogHead, rows: QuerySet[AccessLog]) -> Verdict:
    """From the mark of the last purge through these rows, as far as they are what was written."""
    building, sequence, before, walked = head.building, head.purged_sequence, head.purged_hash, 0
    if not _is_marked(head):
        return Verdict(building, 0, "", f"it begins after row {sequence}, and no purge vouches for that")
    for row in rows.order_by("sequence").iterator(1000):
        if row.sequence != sequence + 1:
            return Verdict(building, walked, before, f"row {sequence + 1} is missing")
        if not _is_right(row, before):
            return Verdict(building, walked, before, f"row {row.sequence} ({row.id}) is not what was written")
        sequence, before, walked = row.sequence, row.hash, walked + 1
    return Verdict(building, walked, before)


def _is_marked(head: LogHead) -> bool:
    """A log that was never purged has no mark: it begins at its first row, before which there is nothing."""
    if head.purged_sequence == 0:
        return head.purged_hash == ""
    return _is_genuine(head.purged_seal, lambda key: seal_of(head, key))


def _is_right(row: AccessLog, before: str) -> bool:
    return _is_genuine(row.hash, lambda key: hash_of(row, before, key))


@transaction.atomic
def purge(building: str, *, before: datetime) -> int:
    """Drop the oldest rows. The chain goes on from the hash of the last one dropped, and the counts stay.

    Rows that are not what was written are dropped at their time too, but nothing vouches for that purge or a later
    one. Else somebody could cut the start, or make rows look old, and wait for the purge to hide it.
    """
    LogHead.objects.filter(building=building).update(sequence=F("sequence"))  # nobody adds meanwhile
    head = LogHead.objects.filter(building=building).first()
    rows = AccessLog.objects.filter(building=building).order_by("sequence")
    kept = rows.filter(at__gte=before).first()
    old = rows.filter(sequence__lt=kept.sequence) if kept else rows
    last = old.last()
    if head is None or last is None:
        return 0
    fault = _walk(head, old).fault
    if fault:
        logger.error("Old rows of a changed access log were dropped: %s: %s", building, fault)
    _count(old.filter(state__in=AccessLog.ENDS).exclude(auth_type__in=AccessLog.FOR_NOBODY).iterator(1000))
    head.purged_sequence, head.purged_hash = last.sequence, last.hash
    head.purged_seal = "" if fault else seal_of(head)
    head.save(update_fields=["purged_sequence", "purged_hash", "purged_seal"])
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
