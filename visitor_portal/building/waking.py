"""Residents' phones are rung by push: at once, again and again while it rings, and once more with what became of it.

A row for each phone says when it is told next, and what it is told follows from the visit as it is in that moment. So
whoever takes a row when its time has come does the right thing, and of two that try one gets it.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from visitor_portal.push import phones, pool, receipts, sender
from visitor_portal.push.models import Phone
from visitor_portal.push.sender import Outcome, Push, Result

from . import visits
from .models import Ring, Session, Waking
from .questions import Question
from .refusals import Refusal
from .telling import changed

AGAIN = timedelta(seconds=9)  # between two pushes to a phone while it rings
AFTER = timedelta(seconds=sender.TTL)  # in which what became of a visit is tried again
SILENCE = timedelta(seconds=6)  # after which nobody has been told, if nothing was heard: more than a push may take
HEAD_START = 0.02  # seconds in which the visitor's answer leaves, before it shares the processor with so much sealing
RINGING = (Session.State.PENDING, Session.State.RINGING)
_WORTH_ANOTHER_TRY = (Result.BUSY, Result.UNREACHED)
_WAKINGS = Question(lambda session: Waking.objects.filter(ring__session=session))

logger = logging.getLogger(__name__)


def begin(rings: Iterable[Ring], *, now: datetime) -> bool:
    """Write down whom to tell, in the transaction that makes the visit. Whether there is any phone at all."""
    of = {ring.resident_id: ring for ring in rings}
    woken = [Waking(ring=of[phone.owner], phone=phone.id, due_at=now) for phone in phones.of_all(of)]
    Waking.objects.bulk_create(woken)
    return bool(woken)


def soon(session_id: str) -> None:
    """Tell them, once what was written is committed. Nobody waits for it."""
    transaction.on_commit(partial(pool.later, partial(_after_the_answer, session_id)))


def _after_the_answer(session_id: str) -> None:
    time.sleep(HEAD_START)
    wake(session_id)


def over(session_id: str, *, now: datetime) -> None:
    """It rings no more: whoever was told of it is told that."""
    told = Waking.objects.filter(ring__session=session_id, is_closed=False).exclude(result=Result.GONE)
    if told.update(due_at=now):
        soon(session_id)


# -- when its time has come


def wake(session_id: str = "", *, now: datetime | None = None) -> None:
    """Tell every phone whose time has come, of this visit or of all."""
    now = now or timezone.now()
    due = Waking.objects.filter(due_at__lte=now)
    if session_id:
        due = due.filter(ring__session=session_id)
    for push in _taken(due, now) if due.exists() else ():  # looking alone keeps no writer waiting
        sender.send(push)


@transaction.atomic
def _taken(due: QuerySet[Waking], now: datetime) -> list[Push]:
    """Rows that are ours from here on: nobody else finds them due."""
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).select_related("ring__session__answered_by"))
    known = Phone.objects.in_bulk({row.phone for row in rows})
    for row in rows:
        session = row.ring.session
        row.is_closed = session.state_at(now) not in RINGING
        again = not row.is_closed and session.mode != Session.Mode.MESSAGE and now + AGAIN < session.expires_at
        row.due_at = now + AGAIN if again else None
    Waking.objects.bulk_update(rows, ["due_at", "is_closed"])
    alive = [(row, phone) for row in rows if (phone := known.get(row.phone)) and not phone.ended_at]
    return [Push(phone, row.ring.session_id, _payload(row, now), note, row.pk) for row, phone in alive]


def _payload(row: Waking, now: datetime) -> dict[str, str]:
    """Keys that the phone puts into its own language, and no secret but a receipt that is good for nothing else."""
    session = row.ring.session
    payload = {"kind": _kind(row.ring, now), "tag": session.id, "session": session.id}
    if row.is_closed:
        is_named = payload["kind"] in ("answered", "declined") and session.answered_by
        return payload | ({"by": session.answered_by.name} if is_named and session.answered_by else {})
    return payload | {"receipt": receipts.token(row.phone, session.id, phones.SHOWN)}


def _kind(ring: Ring, now: datetime) -> str:
    session = ring.session
    state = session.state_at(now)
    if state in RINGING:
        return "message" if session.mode == Session.Mode.MESSAGE else "ring"
    is_mine = session.answered_by_id == ring.resident_id
    if session.answered_at:
        return "mine" if is_mine else "answered"
    if state == Session.State.DECLINED:
        return "refused" if is_mine else "declined"
    return "missed"


# -- what became of it


def note(outcomes: list[Outcome]) -> None:
    """What push services said, told to the visitor."""
    now = timezone.now()
    by_result: dict[str, list[int]] = {}
    for outcome in outcomes:
        by_result.setdefault(outcome.result, []).append(outcome.push.ref)
        if outcome.result in _WORTH_ANOTHER_TRY:
            _put_off(outcome, now)
    fresh = Waking.objects.filter(pk__in=by_result.get(Result.TAKEN, []), sent_at=None, is_closed=False)
    news = set(fresh.values_list("ring__session", flat=True))
    fresh.update(sent_at=now)
    for result, rows in by_result.items():
        Waking.objects.filter(pk__in=rows).update(result=result)
    gone_or_refused = [*by_result.get(Result.GONE, []), *by_result.get(Result.REFUSED, [])]
    Waking.objects.filter(pk__in=gone_or_refused, is_closed=False).update(due_at=None)  # the same would come of it
    for session_id in news:
        heard(session_id, now=now)


def _put_off(outcome: Outcome, now: datetime) -> None:
    """As long as the service asks for, and while it rings. What became of a visit is tried again for a moment."""
    row = Waking.objects.select_related("ring__session").filter(pk=outcome.push.ref).first()
    wait = timedelta(seconds=outcome.retry_after)
    if row is None or not (row.is_closed or wait > AGAIN):  # it is told again in any case
        return
    session, later = row.ring.session, now + max(AGAIN, wait)
    ended = session.answered_at or session.ended_at or session.expires_at
    until = ended + AFTER if row.is_closed else session.expires_at
    same = Waking.objects.filter(pk=row.pk, is_closed=row.is_closed, due_at=row.due_at)
    same.update(due_at=later if later < until else None)


def receipt(session_id: str, token: str, stage: str, *, now: datetime) -> None:
    """A phone's own word that it shows the ring. Said again, it changes nothing."""
    phone_id = receipts.phone_of(token, session_id, stage)
    row = Waking.objects.filter(ring__session=session_id, phone=phone_id)
    if not phone_id or not row.exists():
        logger.warning("A receipt was refused: it is not of a phone that this visit rang.")
        raise Refusal("wrong_role")
    if row.filter(shown_at=None).update(shown_at=now):
        phones.proved(phone_id, now)
        heard(session_id, now=now)


def heard(session_id: str, *, now: datetime) -> None:
    """At least one phone was told: now it rings."""
    pending = Session.objects.filter(id=session_id, state=Session.State.PENDING, expires_at__gt=now)
    pending.update(state=Session.State.RINGING)
    changed(session_id, callees_notified=True)


def own_up(*, now: datetime) -> None:
    """Nothing was heard from anybody: the visitor need not believe any longer that somebody was told."""
    silent = Session.objects.filter(
        state=Session.State.PENDING, callees_notified=True, created_at__lte=now - SILENCE, expires_at__gt=now
    )
    for session_id in silent.values_list("id", flat=True):
        if silent.filter(id=session_id).update(callees_notified=False):
            changed(session_id)


# -- how it stands


def counts(session: Session) -> tuple[int, int, int, int]:
    """Devices, and on how many of them it was taken, shown and opened. Never more than is known.

    A resident's page and a phone that was told may be the same device: they count as one.
    """
    woken = defaultdict(list)
    for waking in _WAKINGS.all(session.id):
        woken[waking.ring_id].append(waking)
    devices = sent = shown = opened = 0
    for ring in visits.rings(session):
        rows = woken[ring.pk]
        page = int(ring.shown_at is not None or ring.opened_at is not None)
        devices += max(len(rows), page)
        sent += sum(row.sent_at is not None for row in rows)
        shown += max(sum(row.shown_at is not None for row in rows), page)
        opened += int(ring.opened_at is not None)
    return devices, sent, shown, opened
