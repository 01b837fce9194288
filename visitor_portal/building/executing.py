"""One tap on a door of an invite: what has to be proved first, and then the door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from weakref import WeakValueDictionary

from . import devices, doors, invites, otp, pins
from .access_log import Attempt
from .doors import Terms
from .models import AccessDoor, Door, Invite, InviteDevice, new_id
from .refusals import Refusal


@dataclass(frozen=True, slots=True)
class Tap:
    invite: Invite
    grant: AccessDoor
    device: InviteDevice | None = None  # as its cookie proved
    is_signed: bool = True  # by the device's key, where it has one
    guest: str = ""  # as it calls itself
    key: str | None = None
    scan: str | None = None
    pin: str = ""
    challenge: str = ""
    code: str = ""

    @property
    def terms(self) -> Terms:
        guest = self.device.guest if self.device else self.guest
        sign = invites.sign_of(self.grant.door)
        return Terms(sign, invite=self.invite, guest=guest, key=self.key, scan=self.scan)


def execute(tap: Tap, *, now: datetime) -> tuple[Attempt, str]:
    """Open the door. Gives the attempt, and the secret of a phone that took a slot just now; else it is empty."""
    try:
        with _one_after_the_other(tap.key):
            # A repeated request is told what became of the first one; it neither tries a PIN nor uses a code up.
            if tap.key and (first := doors.first_try(tap.key)):
                return doors.told(first, tap.grant.door), ""
            return _open(tap, tap.terms, now)
    except Refusal as refusal:
        if refusal.code == "too_many_tries":
            _say_when(refusal, tap, now)
        raise


_taps: WeakValueDictionary[str, Lock] = WeakValueDictionary()
_naming = Lock()


@contextmanager
def _one_after_the_other(key: str | None) -> Iterator[None]:
    """Doubles of one tap. Side by side they would try its code so often at once that none of them is looked at.

    The database decides between processes; this spares it the doubles that come to one.
    """
    if key is None:
        yield
        return
    with _naming:
        mine = _taps.setdefault(key, Lock())
    with mine:
        yield


def _say_when(refusal: Refusal, tap: Tap, now: datetime) -> None:
    refusal.retry_after = max(1, pins.wait(tap.invite, tap.device, now=now))
    if refusal.retry_after >= pins.FOR_GOOD:
        refusal.message = "Too many wrong PINs. Ask your host to allow new tries."


def _open(tap: Tap, terms: Terms, now: datetime) -> tuple[Attempt, str]:
    reason, has_pin = _prove(tap, terms, now)
    slot = Slot(tap, terms.guest or new_id(), now)
    needs_slot = tap.device is None and tap.invite.max_devices is not None
    settled = replace(
        terms, guest=slot.guest if needs_slot else terms.guest, has_pin=has_pin, refusal=reason, take=slot.take
    )
    try:
        attempt = doors.open_door(tap.grant.door, settled, now=now)
    except Refusal:
        slot.give_back()  # its phone is not told the secret, so it would hold the slot for nobody
        raise
    return attempt, slot.secret if slot.is_kept else ""


class Slot:
    """What a tap spends in the very moment in which the door is decided on: its code, and a place for its phone."""

    def __init__(self, tap: Tap, guest: str, now: datetime) -> None:
        self.tap, self.guest, self.now = tap, guest, now
        self.device: InviteDevice | None = None
        self.secret = ""

    def take(self) -> str:
        """Empty, or why not."""
        invite = self.tap.invite
        if otp.is_asked(invite) and not otp.spend(self.tap.challenge, now=self.now):
            return "otp_expired"
        if self.tap.device is None and invite.max_devices is not None:
            try:
                self.device, self.secret = devices.bind(invite, self.guest, now=self.now)
            except Refusal as refusal:
                return refusal.code
        return ""

    def give_back(self) -> None:
        if self.device:
            devices.release(self.device)

    @property
    def is_kept(self) -> bool:
        """Not when the tap turned out to be another one's double: then all that it took was given back."""
        return self.device is not None and InviteDevice.objects.filter(id=self.device.pk).exists()


def _prove(tap: Tap, terms: Terms, now: datetime) -> tuple[str, bool]:
    """What is missing, as a machine code, and whether a PIN was proved.

    Nothing is tried where the door would stay shut anyway: a guess or a code is not used up at the wrong hour.
    """
    invite, door = tap.invite, tap.grant.door
    if _has_nothing_to_try(tap):
        return "", False
    decision = doors.may_open(door, terms, now=now)
    needs_pin = bool(invite.pin_hash) or decision.reason == "pin_required"
    if decision.reason == "pin_required":
        decision = doors.may_open(door, replace(terms, has_pin=True), now=now)
    if not decision.allowed:
        return decision.reason, False
    if tap.device is None and devices.is_full(invite):
        return "max_devices_reached", False
    if not tap.is_signed:
        return "device_not_proved", False
    if otp.is_asked(invite) and (reason := _code(tap, now)):
        return reason, False
    if needs_pin and not tap.pin:
        return "pin_required", False
    reason = pins.check(invite, tap.device, tap.pin, now=now) if needs_pin else ""
    return reason, needs_pin and not reason


def _has_nothing_to_try(tap: Tap) -> bool:
    """Then nothing can be used up by trying it in vain, and it is enough to decide once."""
    invite = tap.invite
    needs_place = tap.device is None and invite.max_devices is not None
    is_plain = not (invite.pin_hash or otp.is_asked(invite) or invites.needs_pin(tap.grant))
    return tap.is_signed and is_plain and not needs_place


def _code(tap: Tap, now: datetime) -> str:
    if not tap.challenge or not tap.code:
        return "otp_required"
    if _moved_just_now(tap.grant.door, now):
        return "provider_open_rate_limited"
    return otp.check(tap.invite, tap.device, tap.challenge, tap.code, now=now)


def _moved_just_now(door: Door, now: datetime) -> bool:
    return door.building.next_open_at is not None and now < door.building.next_open_at
