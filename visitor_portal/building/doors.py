"""The one way a door opens: write it down, decide, ask the driver, write down what it said."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from visitor_portal.public_access.wire import Opening

from . import access_log, contacts, holds, links, places, rights, scans
from .access_log import Attempt
from .drivers import Driver, Outcome, Wiring, found
from .models import AccessLog, Building, Door, Invite, Portal, Resident, Session, new_id
from .models.ids import hashed
from .questions import Question
from .refusals import Refusal
from .rules import Asked, Decision, Direction, Right, decide
from .turns import Turn, in_turn

State = AccessLog.State
_INTERVAL = Question(lambda id_: Building.objects.filter(id=id_).only("next_open_at"))
PATIENCE = 7.0  # seconds for all openers of a door together: less than whoever asks waits
Decide = Callable[[Turn], Decision]
Mark = Callable[[], object] | None  # writes down what else is so once a door opened, as one with the log's end


@dataclass(frozen=True, slots=True)
class Terms:
    """Who asks for a door, at which side of it, and what was proved on the way."""

    portal: Portal | None
    resident: Resident | None = None
    invite: Invite | None = None
    session: Session | None = None
    guest: str = ""  # the device's own word; it proves nothing
    key: str | None = None  # the caller's idempotency key
    has_pin: bool = False
    scan: str | None = None  # a proof of a scan
    refusal: str = ""  # settled before the door was asked, as a wrong PIN; written down like any other
    take: Callable[[], str] | None = None  # spends what it costs, as a code; a machine code when it is not to be had
    mark: Mark = None

    @property
    def direction(self) -> Direction:
        return cast(Direction, self.portal.direction) if self.portal else "in"


def open_door(door: Door, terms: Terms, *, now: datetime) -> Attempt:
    """One attempt. Raises Refusal when the door was not opened, or when nobody can tell."""
    first = _first_row(door, terms, now)
    attempt, is_new = _begin(door, first, lambda log: _decide(door, terms, now, log), terms.mark)
    if not is_new:
        attempt = access_log.settled(attempt)
    if attempt.state == State.SENT and is_new:
        _pulse(attempt, door, now, terms.mark)
    return told(attempt, door)


def _begin(door: Door, first: AccessLog, decide: Decide, mark: Mark = None) -> tuple[Attempt, bool]:
    """Write down the attempt and what was decided, as one, before anything is sent.

    Decisions of one building come one after the other here, so that uses, scans and the interval are counted right.
    A key that was used before gives the first attempt, and False.
    """

    def work(log: Turn) -> AccessLog:
        if first.invite:  # its openings under way are counted
            log.write()
        decision = decide(log)
        state = State.REFUSED if not decision.allowed else State.CONFIRMED if decision.reason else State.SENT
        second = access_log.next_row(first, state, reason=decision.reason, auth_type=decision.auth_type)
        log.add(first, second)
        if state == State.CONFIRMED and mark:
            mark()
        return second

    try:
        return Attempt([first, in_turn(door.building_id, work)]), True
    except IntegrityError:  # the key is there already, and what was decided just now is undone
        before = access_log.by_key_hash(first.key_hash) if first.key_hash else None
        if before is None:
            raise
        return before, False


def _first_row(door: Door, terms: Terms, now: datetime, *, auth_type: str = "") -> AccessLog:
    return AccessLog(
        building=door.building_id,
        attempt=new_id(),
        state=State.REQUESTED,
        at=now,
        auth_type=auth_type,
        door=door.id,
        portal=terms.portal.public_id if terms.portal else "",
        direction=terms.direction,
        resident=terms.resident.id if terms.resident else "",
        invite=terms.invite.id if terms.invite else "",
        guest=terms.guest,
        session=terms.session.id if terms.session else "",
        key_hash=hashed(terms.key) if terms.key else "",
    )


def _decide(door: Door, terms: Terms, now: datetime, log: Turn) -> Decision:
    """Allowed with a reason is a door that stands open: its lock confirmed the hold, and a pulse could end it."""
    decision = may_open(door, terms, now=now, log=log)
    if decision.allowed and door.is_held_open and holds.mode_of(door, now) == Door.Hold.OPEN:
        return Decision(True, "held_open", decision.auth_type)
    return _spend(door, terms, decision, now) if decision.allowed else decision


def may_open(door: Door, terms: Terms, *, now: datetime, log: Turn | None = None) -> Decision:
    """`log`: the turn in which it is asked, if any."""
    if terms.refusal:
        return Decision(False, terms.refusal)
    if not (log.once(door.id, lambda: is_connected(door)) if log else is_connected(door)):
        return Decision(False, "door_not_connected")
    return decide(
        _rights(door, terms, log),
        Asked(
            holder=terms.invite.id if terms.invite else terms.resident.id if terms.resident else "",
            door=door.id,
            direction=terms.direction,
            has_pin=terms.has_pin,
            has_scan=scans.nonce(terms.scan, door.id) is not None,
        ),
        now=now,
        is_held_closed=holds.is_closed(door, now),
    )


def _rights(door: Door, terms: Terms, log: Turn | None) -> list[Right]:
    if terms.invite:
        invite = links.as_now(terms.invite.id)
        return [rights.of_invite(invite, door.building, under_way=access_log.under_way(invite.id))]
    if not (resident := terms.resident):
        return []
    ask = partial(rights.of_resident, resident, door)
    return log.once((resident.id, door.id), ask) if log else ask()


def is_connected(door: Door) -> bool:
    return door.connected and bool(places.openers(door))


class _NotAfterAll(Exception):
    """Something that the opening costs was not to be had. Whatever was spent before it is given back."""


def _spend(door: Door, terms: Terms, decision: Decision, now: datetime) -> Decision:
    """Take the building's next slot, use up the scan, and whatever else the terms cost."""
    if terms.take is None and not decision.auth_type.startswith("SCAN"):
        is_free = _claim_interval(door.building, now)
        return decision if is_free else Decision(False, "provider_open_rate_limited")
    try:
        with transaction.atomic():
            if not _claim_interval(door.building, now):
                raise _NotAfterAll("provider_open_rate_limited")
            name = scans.nonce(terms.scan, door.id) if decision.auth_type.startswith("SCAN") else None
            if name and not scans.spend(name, now=now):
                raise _NotAfterAll("scan_required")
            if terms.take and (reason := terms.take()):
                raise _NotAfterAll(reason)
    except _NotAfterAll as error:
        return Decision(False, str(error))
    return decision


def _claim_interval(building: Building, now: datetime) -> bool:
    """Of two at once the database lets one through. Most that come at once can be told so without trying."""
    known = _INTERVAL.first(building.id)
    if known and known.next_open_at and known.next_open_at > now:
        return False
    free = Q(next_open_at=None) | Q(next_open_at__lte=now)
    next_open_at = now + timedelta(milliseconds=building.min_interval_ms)
    return bool(Building.objects.filter(free, id=building.id).update(next_open_at=next_open_at))


Command = Callable[[Driver, Wiring, float], Outcome]


def _pulse(attempt: Attempt, door: Door, now: datetime, mark: Mark = None) -> None:
    _move(attempt, door, lambda driver, wiring, patience: driver.open(wiring, now=now, patience=patience), mark)
    contacts.follow(attempt, door)


def _move(attempt: Attempt, door: Door, command: Command, mark: Mark = None) -> None:
    """Ask the openers in their order and write down what came of it, and all that follows from that, as one."""
    started = time.monotonic()
    outcome = ask(door, command)
    milliseconds = round((time.monotonic() - started) * 1000)

    def work(log: Turn) -> tuple[list[AccessLog], bool]:
        rows, is_mine = access_log.take(
            log,
            attempt,
            State.REFUSED if outcome.state == "unreached" else outcome.state,
            reason="" if outcome.state == "confirmed" else "door_unreachable",
            seen_open=outcome.seen_open,
            milliseconds=milliseconds,
        )
        if is_mine and outcome.state == "confirmed":
            if attempt.last.invite:  # a use is spent only when the door confirmed
                Invite.objects.filter(id=attempt.last.invite).update(uses=F("uses") + 1)
            if mark:
                mark()
        return rows, is_mine

    attempt.rows, _ = in_turn(door.building_id, work)


def ask(door: Door, command: Command) -> Outcome:
    """The next opener is tried only when the one before was surely not reached; after a doubt nothing is."""
    until = time.monotonic() + PATIENCE
    outcome = Outcome("unreached")
    for opener in places.openers(door):
        if outcome.state != "unreached" or (left := until - time.monotonic()) <= 0:
            break
        wired = found(opener, door)
        if wired is None:
            continue  # nothing is there to be asked
        try:
            outcome = command(*wired, left)
        except Exception:  # noqa: BLE001 whatever a driver throws, the pulse may have gone out
            outcome = Outcome("unknown")
    return outcome


def fire(door: Door, *, guest: str, key: str | None = None, now: datetime) -> Attempt:
    """An opening by the desk: it needs no right and minds no hold. Raises nothing: the attempt says how it ended."""
    terms = Terms(portal=None, guest=guest, key=key)
    first = _first_row(door, terms, now, auth_type="DESK")
    attempt, is_new = _begin(door, first, lambda log: _decide_at_the_desk(door, terms, now))
    if not is_new:
        return access_log.settled(attempt)
    if attempt.state == State.SENT:
        _pulse(attempt, door, now)
    return attempt


def _decide_at_the_desk(door: Door, terms: Terms, now: datetime) -> Decision:
    if not is_connected(door):
        return Decision(False, "door_not_connected")
    if door.is_held_open and holds.mode_of(door, now) == Door.Hold.OPEN:  # as in _decide
        return Decision(True, "held_open", "DESK")
    return _spend(door, terms, Decision(True, auth_type="DESK"), now)


def hold_door(door: Door, on: bool, *, now: datetime) -> bool:
    """Have the lock hold the door open, or end that. Written down like an opening; True when it confirmed.

    Whoever is cut off here leaves a door of which nobody knows whether it is held: it is let go of later.
    """
    as_read = Door.objects.filter(id=door.id, is_held_open=door.is_held_open, hold_tried_at=door.hold_tried_at)
    if not as_read.update(is_held_open=None, hold_tried_at=now):
        return False  # another keeper is telling it already
    first = _first_row(door, Terms(portal=None), now, auth_type="HOLD" if on else "RELEASE")
    attempt, _ = _begin(door, first, lambda log: Decision(True))
    _move(attempt, door, lambda driver, wiring, patience: driver.hold(wiring, on, patience=patience))
    held = {State.CONFIRMED: on, State.UNKNOWN: None}.get(State(attempt.state), door.is_held_open)
    confirmed = attempt.state == State.CONFIRMED
    Door.objects.filter(id=door.id).update(is_held_open=held, hold_tried_at=None if confirmed else now)
    return confirmed


# -- what is told


def first_try(key: str) -> Attempt | None:
    """What this key did before, at its end. Nothing is sent."""
    attempt = access_log.by_key_hash(hashed(key))
    return access_log.settled(attempt) if attempt else None


def opening_of(attempt: Attempt) -> Opening:
    """The contract's `opening` member."""
    why_not = None if attempt.state == State.CONFIRMED else attempt.reason or None
    return Opening(attempt.state, attempt.seen_open, attempt.milliseconds, why_not)


def told(attempt: Attempt, door: Door) -> Attempt:
    """The attempt that opened a door; a Refusal for any other end, first try and replay alike."""
    if attempt.state == State.CONFIRMED:
        return attempt
    retry_after = _seconds_until_next(door) if attempt.reason == "provider_open_rate_limited" else None
    raise Refusal(
        attempt.reason or "door_unreachable",
        retry_after=retry_after,
        extra={"opening": opening_of(attempt).to_json()},
    )


def _seconds_until_next(door: Door) -> int:
    return max(1, -(-door.building.min_interval_ms // 1000))
