"""What a building should do, said once more and as plainly as can be: no database, no locks, one thing at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from visitor_portal.building.models import Session

from .guests import Invite

RING, TALK = timedelta(seconds=60), timedelta(seconds=600)
ATTEMPT, HOLD_AGAIN = timedelta(seconds=12), timedelta(minutes=5)
RINGS_PER_VISITOR, RINGS_PER_ENTRY, RINGS_PER_DOOR = 4, 6, 8
LIVE = ("pending", "ringing", "active")
assert tuple(Session.LIVE) == LIVE


@dataclass(eq=False)  # two that are alike are two
class Visit:
    rung: frozenset[str]
    guest: str
    at: datetime
    expires: datetime
    state: str = "pending"
    winner: str = ""
    opened: bool = False
    lines: dict[str, list[datetime]] = field(default_factory=dict)

    def state_at(self, now: datetime) -> str:
        return "expired" if self.state in LIVE and now >= self.expires else self.state


@dataclass
class Attempt:
    """What a key answers from now on."""

    code: str  # ok, or why not
    state: str
    at: datetime
    invite: Invite | None = None
    was_sent: bool = False
    has_pulsed: bool = False

    @property
    def is_over(self) -> bool:
        return self.state in ("confirmed", "refused", "unknown")


@dataclass
class Lock:
    """The door: its openers, its hold, and how often it moved."""

    faults: list[str] = field(default_factory=lambda: ["", ""])
    hold: str = "normal"
    is_held_open: bool | None = False
    hold_tried: datetime | None = None
    next_open: datetime | None = None
    pulses: int = 0

    def asked(self) -> tuple[str, bool]:
        """What a command to open comes to, and whether the lock moved. `sent`: nobody was left to write down more."""
        for fault in self.faults:
            if fault == "dead":
                continue
            moved = fault in ("", "silent", "dies after")
            self.pulses += moved
            ends = {"refuse": "refused", "silent": "unknown", "lost": "unknown"}
            return ("sent" if fault.startswith("dies") else ends.get(fault, "confirmed")), moved
        return "refused", False

    def told_to_hold(self, on: bool, now: datetime) -> None:
        answer = next((fault for fault in self.faults if fault != "dead"), "refuse")
        if answer != "refuse":
            self.is_held_open = on
        self.hold_tried = now if answer == "refuse" else None


class House:
    """Everything that is true of the building, and what each request should be told."""

    def __init__(self, now: datetime, interval: timedelta) -> None:
        self.now, self.interval = now, interval
        self.lock = Lock()
        self.visits: list[Visit] = []
        self.keys: dict[tuple[object, ...], Attempt] = {}
        self.attempts: list[Attempt] = []
        self.invites: list[Invite] = []
        self.quiet: set[str] = set()  # do not disturb
        self.rightless: set[str] = set()
        self.light_fault = ""

    # -- the door

    def attempt(self, key: tuple[object, ...] | None, refusal: str, invite: Invite | None = None) -> Attempt:
        """One attempt, or what became of the first one with this key."""
        if key and key in self.keys:
            return self.keys[key]
        made = Attempt("", "", self.now, invite)
        made.state, made.code = self._decided(made, refusal)
        self.attempts.append(made)
        if key:
            self.keys[key] = made
        return made

    def _decided(self, made: Attempt, refusal: str) -> tuple[str, str]:
        lock = self.lock
        if not refusal and lock.hold == "hold_closed":
            refusal = "held_closed"
        if not refusal and lock.is_held_open and lock.hold == "hold_open":
            return "confirmed", "ok"  # it stands open, and a pulse could end that
        if not refusal and lock.next_open and self.now < lock.next_open:
            refusal = "provider_open_rate_limited"
        if refusal:
            return "refused", refusal
        lock.next_open = self.now + self.interval
        made.was_sent = True
        state, made.has_pulsed = lock.asked()
        if state == "confirmed" and made.invite:
            made.invite.uses += 1
        return state, "ok" if state == "confirmed" else "door_unreachable"

    def under_way(self, invite: Invite) -> int:
        return sum(attempt.invite is invite and attempt.state == "sent" for attempt in self.attempts)

    # -- visits

    def ring(self, mode: str, guest: str) -> str:
        if not {"alice", "bob"} - self.quiet:
            return "dnd"
        hour, minutes = self.now - timedelta(hours=1), self.now - timedelta(minutes=10)
        of_guest = sum(v.guest == guest and v.at > hour for v in self.visits)
        lately = sum(v.at > minutes for v in self.visits)
        if of_guest >= RINGS_PER_VISITOR or lately >= min(RINGS_PER_ENTRY, RINGS_PER_DOOR):
            return "too_many_tries"
        until = self.now + (TALK if mode == "message" else RING)
        self.visits.append(Visit(frozenset({"alice", "bob"} - self.quiet), guest, self.now, until))
        return "ok"

    def receipt(self, visit: Visit, who: str) -> str:
        if who not in visit.rung:
            return "wrong_role"
        if visit.state_at(self.now) == "pending":
            visit.state = "ringing"
        return "ok"

    def answer(self, visit: Visit, who: str) -> str:
        if who not in visit.rung:
            return "wrong_role"
        state = visit.state_at(self.now)
        if state in ("pending", "ringing"):
            visit.state, visit.winner, visit.expires = "active", who, self.now + TALK
            return "ok"
        if state == "active" and visit.winner == who:
            return "ok"
        return "answered_elsewhere" if state in ("active", "accepted") and visit.winner != who else "session_over"

    def decline(self, visit: Visit, who: str) -> str:
        if who not in visit.rung:
            return "wrong_role"
        state = visit.state_at(self.now)
        if state in ("pending", "ringing"):
            visit.winner = who
        if state in LIVE and visit.winner == who:
            visit.state = "declined"
        if visit.state == "declined" and visit.winner == who:
            return "ok"
        return "answered_elsewhere" if state == "active" else "session_over"

    def cancel(self, visit: Visit) -> str:
        if visit.state_at(self.now) in LIVE:
            visit.state = "cancelled"
        return "ok" if visit.state == "cancelled" else "session_over"

    def open(self, visit: Visit, who: str, key: str) -> Attempt:
        scoped = (self.visits.index(visit), key) if key else None
        if who not in visit.rung:
            return Attempt("wrong_role", "", self.now)
        if scoped in self.keys:
            return self.keys[scoped]
        refusal = self.answer(visit, who)
        if refusal != "ok":
            return Attempt(refusal, "", self.now)
        made = self.attempt(scoped, "wrong_role" if who in self.rightless else "")
        if made.code == "ok":
            visit.state, visit.opened = "accepted", True
        return made

    def quick_open(self, who: str, key: str) -> Attempt:
        return self.attempt(("sign", who, key) if key else None, "wrong_role" if who in self.rightless else "")

    def lights(self, visit: Visit, who: str) -> str:
        if who not in visit.rung:
            return "wrong_role"
        if visit.state_at(self.now) not in LIVE:
            return "session_over"
        return "light_unreachable" if self.light_fault in ("dead", "refuse") else "ok"

    def write(self, visit: Visit, who: str) -> str:
        if who != "caller" and who not in visit.rung:
            return "wrong_role"
        if visit.state_at(self.now) not in LIVE:
            return "session_over"
        lines = visit.lines.setdefault("caller" if who == "caller" else "callee", [])
        if lines and self.now - lines[-1] < timedelta(seconds=10) or len(lines) >= 5:
            return "too_many_tries"
        lines.append(self.now)
        return "ok"

    # -- guests

    def execute(self, invite: Invite, phone: str, key: str, *, pin: str, has_scan: bool) -> Attempt:
        """A tap on the invite's door, from a phone with a slot or without one."""
        scoped = (self.invites.index(invite), phone, key) if key else None
        if scoped in self.keys:
            return self.keys[scoped]
        refusal = invite.unproved(phone, self.now, self.under_way(invite), self.lock.hold, pin, has_scan)
        made = self.attempt(scoped, refusal, invite)
        if made is not self.attempts[-1] or invite.max_devices is None or phone in invite.devices:
            return made
        if made.code == "ok" and made.was_sent:  # at a door that stands open nothing is spent
            invite.devices.append(phone)
        elif made.state == "sent":  # whoever was killed had taken the slot, and told nobody
            invite.devices.append(f"nobody {len(invite.devices)}")
        return made

    # -- what happens by itself

    def keep(self) -> None:
        for visit in self.visits:
            visit.state = visit.state_at(self.now)
        for attempt in self.attempts:
            if attempt.state == "sent" and attempt.at < self.now - ATTEMPT:
                attempt.state = "unknown"
        for invite in self.invites:
            invite.is_deleted = invite.is_deleted or self.now >= invite.ends
        lock, wanted = self.lock, self.lock.hold == "hold_open"
        rested = lock.hold_tried is None or lock.hold_tried <= self.now - HOLD_AGAIN
        if rested and ((wanted and lock.is_held_open is False) or (not wanted and lock.is_held_open is not False)):
            lock.told_to_hold(wanted, self.now)
