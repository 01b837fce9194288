"""The life of a call: ring, answer, decline, cancel, open, expire.

A state moves by one conditional UPDATE, so of two who act at once the database lets one through. Final states
are final. Every change raises the version and is told to whoever watches.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from visitor_portal import events

from . import directory, doors, lights, quotas, visits, waking
from .access_log import Attempt
from .models import Entry, Portal, Resident, Ring, Session
from .models.ids import hashed, new_peer_id, new_secret
from .refusals import Refusal
from .telling import changed, tell

State = Session.State


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who proved a role in a session."""

    session: Session
    role: Literal["caller", "callee"]
    resident: Resident | None = None

    @property
    def is_winner(self) -> bool:
        return self.resident is not None and self.session.answered_by_id == self.resident.id


# -- ringing


def ring(portal: Portal, entry: Entry, mode: str, *, guest: str = "", now: datetime) -> tuple[Session, str]:
    """Start a call. Gives the session and the caller's secret, which is kept nowhere else.

    `guest` is the visitor's device by its own word: enough to count by, never to trust.
    """
    residents = _callees(entry, mode)
    caller_token = new_secret("caller")
    with transaction.atomic():
        quotas.take_ring(portal, entry, guest, now=now)
        session = Session.objects.create(
            portal=portal,
            entry=entry,
            mode=mode,
            guest=guest,
            caller_token_hash=hashed(caller_token),
            caller_peer_id=new_peer_id(),
            callee_peer_id=new_peer_id(),
            created_at=now,
            expires_at=now + timedelta(seconds=_seconds(mode)),
        )
        rings = Ring.objects.bulk_create(Ring(session=session, resident=resident) for resident in residents)
        has_phones = waking.begin(rings, now=now)
    has_pages = events.resident_changed(*(resident.id for resident in residents))
    session.callees_notified = has_phones or has_pages
    session.save(update_fields=["callees_notified"])
    if has_phones:
        waking.soon(session.id)
    return session, caller_token


def _seconds(mode: str) -> int:
    """Writing takes longer than ringing."""
    return int(settings.TALK_SECONDS if mode == Session.Mode.MESSAGE else settings.RING_SECONDS)


def _callees(entry: Entry, mode: str) -> list[Resident]:
    standing = directory.standing(entry)
    if standing.denial:
        raise Refusal(standing.denial)
    if mode not in standing.allowed_actions:
        raise Refusal("invalid_request", f"This entry does not take mode {mode}.")
    return directory.callees(entry)


# -- who may


def callee_token(session: Session, resident: Resident) -> str:
    """A callee's secret for one session: computed, never stored."""
    mac = salted_hmac("callee token", f"{session.id}:{resident.id}", algorithm="sha256").hexdigest()
    return f"callee_{resident.id}_{mac}"


def seat(session_id: str, token: str | None) -> Seat:
    """The role that this secret proves. 404 for an unknown session, 401 without a secret, 403 with a wrong one."""
    session = visits.visit(session_id)
    if session is None:
        raise Refusal("not_found")
    if not token:
        raise Refusal("invalid_token")
    if hmac.compare_digest(hashed(token), session.caller_token_hash):
        return Seat(session, "caller")
    resident = visits.rung(session, _named(token))
    if resident and hmac.compare_digest(token.encode(), callee_token(session, resident).encode()):
        return Seat(session, "callee", resident)
    raise Refusal("wrong_role")


def _named(token: str) -> str:
    """Whose secret this says it is."""
    return (token.split("_", 2) + [""])[1]


def _callee(seat: Seat) -> Resident:
    if seat.resident is None:
        raise Refusal("wrong_role")
    return seat.resident


# -- moving


def _move(session: Session, since: Iterable[str], to: str, *, now: datetime, **fields: object) -> bool:
    """The conditional UPDATE: only from these states, only before the deadline."""
    moved = Session.objects.filter(id=session.id, state__in=list(since), expires_at__gt=now).update(
        state=to, version=F("version") + 1, **fields
    )
    if moved and to not in waking.RINGING:
        waking.over(session.id, now=now)
    if moved:
        tell(session.id)
    session.refresh_from_db()
    return bool(moved)


def _over(session: Session, now: datetime) -> Refusal:
    return Refusal("session_over", extra={"state": session.state_at(now)})


def answer(seat: Seat, *, now: datetime) -> None:
    """The first answer wins; the winner's second answer changes nothing."""
    resident = _callee(seat)
    session = seat.session
    won = _move(
        session,
        (State.PENDING, State.RINGING),
        State.ACTIVE,
        now=now,
        answered_by=resident,
        answered_at=now,
        expires_at=now + timedelta(seconds=settings.TALK_SECONDS),
    )
    if won or (seat.is_winner and session.state_at(now) == State.ACTIVE):
        return
    is_taken = session.state_at(now) in (State.ACTIVE, State.ACCEPTED) and not seat.is_winner
    if is_taken and session.answered_by:
        raise Refusal("answered_elsewhere", extra={"answered_by": session.answered_by.name})
    raise _over(session, now)


def decline(seat: Seat, *, now: datetime) -> None:
    """Say no, or hang up after answering. Whoever lost the race to answer can end nothing."""
    resident = _callee(seat)
    session = seat.session
    if _move(session, (State.PENDING, State.RINGING), State.DECLINED, now=now, ended_at=now, answered_by=resident):
        return
    if seat.is_winner and _move(session, (State.ACTIVE,), State.DECLINED, now=now, ended_at=now):
        return
    if session.state == State.DECLINED and seat.is_winner:
        return
    if session.state_at(now) == State.ACTIVE and session.answered_by:
        raise Refusal("answered_elsewhere", extra={"answered_by": session.answered_by.name})
    raise _over(session, now)


def cancel(seat: Seat, *, now: datetime) -> None:
    """The caller hangs up, before or after the answer. Once cancelled, cancelling again is no error."""
    if seat.role != "caller":
        raise Refusal("wrong_role")
    session = seat.session
    if not _move(session, Session.LIVE, State.CANCELLED, now=now, ended_at=now) and session.state != State.CANCELLED:
        raise _over(session, now)


def receipt(seat: Seat, stage: str, *, now: datetime) -> None:
    """A callee's device says that it shows the ring, or that its page was opened. Told once each."""
    resident = _callee(seat)
    field = {"shown": "shown_at", "opened": "opened_at"}[stage]
    if Ring.objects.filter(session=seat.session, resident=resident, **{field: None}).update(**{field: now}):
        waking.heard(seat.session.id, now=now)
    seat.session.refresh_from_db()


# -- the door


def open_session(seat: Seat, *, key: str | None, now: datetime) -> Attempt:
    """The callee lets the visitor in. Opening while it still rings answers it first, so that one person opens."""
    resident = _callee(seat)
    session = seat.session
    if key and (first := doors.first_try(key)):
        return doors.told(first, session.portal.door)
    try:
        answer(seat, now=now)
    except Refusal:
        if key and (first := doors.first_try(key)):  # which ended the visit meanwhile
            return doors.told(first, session.portal.door)
        raise
    terms = doors.Terms(
        session.portal,
        resident,
        session=session,
        guest=session.guest,
        key=key,
        take=lambda: "" if _is_going_on(session, now) else "session_over",
        mark=lambda: _mark_opened(session, now),
    )
    try:
        return doors.open_door(session.portal.door, terms, now=now)
    finally:
        changed(session.id)


def _is_going_on(session: Session, now: datetime) -> bool:
    """Looked at once more in the moment of the decision: whoever hung up before it is not let in after it."""
    going_on = Session.objects.select_for_update().filter(id=session.id, state=State.ACTIVE, expires_at__gt=now)
    return going_on.exists()


def _mark_opened(session: Session, now: datetime) -> None:
    """The door did open: that stays true whatever the session became meanwhile. It is told once it is committed."""
    visit = Session.objects.filter(id=session.id)
    going_on = visit.filter(state=State.ACTIVE, expires_at__gt=now)
    if not going_on.update(state=State.ACCEPTED, version=F("version") + 1, ended_at=now, door_opened=True):
        visit.update(version=F("version") + 1, door_opened=True)


def set_lights(seat: Seat, *, now: datetime) -> dict[str, int]:
    _callee(seat)
    if seat.session.state_at(now) not in Session.LIVE:
        raise _over(seat.session, now)
    return lights.turn_on(seat.session.portal.door, now=now)


# -- the clock


def expire(*, now: datetime) -> int:
    """Write down what the clock decided already. Gives how many sessions that was."""
    over = Session.objects.filter(state__in=Session.LIVE, expires_at__lte=now)
    done = 0
    for session_id in over.values_list("id", flat=True):
        moved = over.filter(id=session_id).update(state=State.EXPIRED, version=F("version") + 1, ended_at=now)
        if moved:
            waking.over(session_id, now=now)
            tell(session_id)
            done += moved
    return done
