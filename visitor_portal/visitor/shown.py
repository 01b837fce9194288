"""What the page of an invite shows: which of its states, and how often it looks again."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from babel.lists import format_list

from visitor_portal.http import isolated
from visitor_portal.public_access.wire import Invite, Location, Place, PortalGrant, WifiNetwork

from . import diary, offers, place, wifi
from .clock import Clock
from .cookies import mark
from .guest import GuestPass
from .holding import Holding
from .when import When

State = Literal[
    "active",
    "waiting",
    "scheduled",
    "used_up",
    "expired",
    "revoked",
    "disabled",
    "max_devices_reached",
    "not_found",
    "other",
]
_KNOWN: dict[str, State] = {
    "active": "active",
    "scheduled": "scheduled",
    "expired": "expired",
    "revoked": "revoked",
    "disabled": "disabled",
    "max_devices_reached": "max_devices_reached",
    "not_found": "not_found",
}
LIVE: tuple[State, ...] = ("active", "waiting", "scheduled")  # those that show the whole invite
ENDED: tuple[State, ...] = ("expired", "revoked", "not_found", "max_devices_reached")  # or never begun here
FINAL: tuple[State, ...] = ("revoked", "not_found")
RENEWED = 60  # seconds: by then a page has what a new one would have, tokens of forms that open a door included
RENEWED_SELDOM = 10 * 60  # where no door is at stake
QUICK, SLOW = "1500ms", "10s"  # a button that is dead must go within two seconds; nothing else is in such a hurry
SOON = 60


@dataclass(frozen=True, slots=True)
class Shown:
    token: str
    invite: Invite
    guest: GuestPass | None
    language: str
    holder: str  # stands for all that this browser holds
    clock: Clock
    holding: Holding
    handed: str = ""  # the code by which a pass lies ready for whoever reads this

    @property
    def state(self) -> State:
        state = _KNOWN.get(self.invite.state, "other")
        if state != "active":
            return state
        if self.invite.uses_remaining == 0:
            return "used_up"
        return "waiting" if self.holding.waits(self.clock.now) else "active"

    @property
    def is_whole(self) -> bool:
        return self.state in LIVE

    @property
    def doors(self) -> str:
        """Their names, one after another."""
        names = [door.label.text(self.language) for door in offers.doors(self.invite) if door.label]
        return format_list([isolated(name) for name in names], locale=self.clock.locale)

    @property
    def mark(self) -> str:
        return mark(self.token)

    @property
    def forgets(self) -> bool:
        """Whether this browser's key has nothing more to sign. A phone whose host was asked may get in yet."""
        is_asking = self.state == "max_devices_reached" and self.invite.device_request == "asked"
        return self.state in ENDED and not is_asking

    # -- when

    @property
    def when(self) -> When:
        return When(self.holding, self.clock)

    @property
    def starts_at(self) -> datetime | None:
        """When the button comes, while it is not there yet."""
        ahead = self.holding.following
        if self.state not in ("waiting", "scheduled"):
            return None
        return (ahead and ahead.since) or self.invite.valid_from

    @property
    def seconds_left(self) -> int | None:
        return max(0, round((self.starts_at - self.clock.now).total_seconds())) if self.starts_at else None

    @property
    def begins(self) -> str:
        """When, as “tomorrow, 18:00”."""
        return self.clock.moment(self.starts_at) if self.starts_at else ""

    @property
    def begins_in(self) -> str:
        """As “in 2 hours”."""
        return self.clock.left(self.starts_at) if self.starts_at else ""

    @property
    def ended(self) -> str:
        return self.clock.moment(self.invite.valid_to) if self.invite.valid_to else ""

    @property
    def has_diary(self) -> bool:
        return self.is_whole and bool(diary.windows(self.holding))

    # -- where

    @property
    def place(self) -> Place | Location | None:
        return place.of(self.invite)

    @property
    def building(self) -> Place | None:
        return place.building(self.invite)

    @property
    def address(self) -> str:
        return place.address(self.place, self.language)

    @property
    def map_url(self) -> str:
        return place.map_url(self.place, self.language)

    @property
    def sign(self) -> PortalGrant | None:
        """The first door at which somebody can be rung."""
        return next((door for door in offers.doors(self.invite) if door.public_portal_id), None)

    @property
    def coded(self) -> list[WifiNetwork]:
        """The networks that a QR code can tell."""
        return [network for network in self.invite.wifi_networks if wifi.has_code(network)]

    # -- looking again

    @property
    def poll(self) -> str:
        """How often the fragment is asked for again; empty when nothing can change any more."""
        if self.state in FINAL:
            return ""
        is_near = self.seconds_left is not None and self.seconds_left <= SOON
        is_asked = self.invite.device_request == "asked"
        return QUICK if self.state == "active" or is_near or is_asked else SLOW

    @property
    def refresh(self) -> int | None:
        """Seconds after which a page without JavaScript looks again for its button."""
        return None if self.seconds_left is None else min(max(self.seconds_left + 1, 5), 600)

    @property
    def version(self) -> str:
        """The same while a page shows the same, so that nothing moves under a finger or a half-typed PIN."""
        age = int(self.clock.now.timestamp()) // (RENEWED if self.is_whole else RENEWED_SELDOM)
        facts = (self.invite, self.state, self.holder, self.handed, age)
        return sha256(repr(facts).encode()).hexdigest()[:12]
