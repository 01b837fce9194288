"""What an invite should allow, said once more and as plainly as can be."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PIN = "271828"


@dataclass(eq=False)  # two that are alike are two
class Invite:
    types: str  # REMOTE, REMOTE_PLUS_PHONE or SCAN
    has_pin: bool
    max_uses: int | None
    max_devices: int | None
    begins: datetime
    ends: datetime
    is_revoked: bool = False
    is_enabled: bool = True
    is_deleted: bool = False
    uses: int = 0
    devices: list[str] = field(default_factory=list)  # phones in the order in which they took their slot
    tries: list[tuple[str, datetime]] = field(default_factory=list)  # misses: by which device, and when

    def standing(self, under_way: int) -> str:
        if self.is_revoked:
            return "invite_revoked"
        if not self.is_enabled:
            return "invite_disabled"
        if self.is_deleted:
            return "invite_expired"
        is_used_up = self.max_uses is not None and self.uses + under_way >= self.max_uses
        return "uses_exhausted" if is_used_up else ""

    def window(self, now: datetime) -> str:
        if now < self.begins:
            return "not_yet_valid"
        return "invite_expired" if now >= self.ends else ""

    def take(self, phone: str) -> str:
        """A phone asks for a slot. An invite that ran out may be held all the same."""
        if self.is_revoked or not self.is_enabled:
            return "invite_revoked" if self.is_revoked else "invite_disabled"
        if phone not in self.devices and self.is_full:
            return "max_devices_reached"
        self.devices += [] if phone in self.devices else [phone]
        return "ok"

    @property
    def is_full(self) -> bool:
        return self.max_devices is not None and len(self.devices) >= self.max_devices

    def may_not_guess(self, device: str, now: datetime) -> bool:
        first = self.devices[0] if self.devices else device
        others = sum(by != first for by, _ in self.tries)
        if len(self.tries) >= 10 or (device != first and others >= 5):
            return True
        return sum(by == device and at > now - timedelta(minutes=15) for by, at in self.tries) >= 5

    def unproved(self, phone: str, now: datetime, under_way: int, hold: str, pin: str, has_scan: bool) -> str:
        """What is missing, the first of it; empty when the door may be asked. A wrong PIN counts as a try."""
        refusal = self.standing(under_way) or self.window(now)
        if not refusal and self.types == "SCAN" and not has_scan:
            refusal = "scan_required"
        if not refusal and hold == "hold_closed":
            refusal = "held_closed"
        if not refusal and phone not in self.devices and self.is_full:
            refusal = "max_devices_reached"
        if refusal or not (self.has_pin or self.types == "REMOTE_PLUS_PHONE"):
            return refusal
        return self._guessed(phone if phone in self.devices else "", pin, now) if pin else "pin_required"

    def _guessed(self, device: str, pin: str, now: datetime) -> str:
        if self.may_not_guess(device, now):
            return "too_many_tries"
        if pin != PIN or not self.has_pin:
            self.tries.append((device, now))
            return "pin_wrong"
        if device:
            self.tries = [(by, at) for by, at in self.tries if by != device]
        return ""
