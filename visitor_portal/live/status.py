"""What one side of a visit reads and may do: the one fragment, however it travels."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from math import ceil

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from visitor_portal import lines, seals
from visitor_portal.http import isolated
from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

TOLERANCE = timedelta(seconds=60)  # that an upstream's clock may be off
RENEW = 60  # seconds after which an unchanged fragment is made anew, so that its form tokens stay young
UNSEEN = timedelta(seconds=10)  # without any phone that shows the visit: then the page says so
SOON, NET = 2, 15  # seconds between two polls: of a page on its own, and of one that is pushed to


@dataclass(frozen=True)
class Status:
    session: Session
    role: Role
    language: str
    is_pushed: bool = False  # it travels by a socket on which the next change will come, too

    @property
    def now(self) -> datetime:
        return self.session.now or datetime.now(UTC)

    @property
    def is_live(self) -> bool:
        return self.session.is_live(self.now) and not self._is_forgotten

    @property
    def _is_forgotten(self) -> bool:
        """It still rings by the upstream's word, long after it should have ended by the upstream's clock."""
        until = self.session.expires_at
        return self.session.state in ("pending", "ringing") and until is not None and self.now > until + TOLERANCE

    @property
    def state(self) -> str:
        """The upstream's word; one that we do not know holds until its time is over."""
        return self.session.state if self.is_live or self.session.final else "expired"

    @property
    def is_ringing(self) -> bool:
        return self.is_live and self.state in ("pending", "ringing")

    @property
    def is_elsewhere(self) -> bool:
        """Somebody else of the household has it."""
        return self.role.name == "callee" and bool(self.session.answered_by)

    @property
    def is_talking(self) -> bool:
        """Media may run: from the answer on, for the one who answered."""
        return self.state in ("active", "accepted") and not self.is_elsewhere

    @property
    def is_written(self) -> bool:
        """Only words, without a call."""
        return self.session.mode == "message"

    @property
    def can_open(self) -> bool:
        return self.role.name == "callee" and not self.is_elsewhere and (self.is_ringing or self.state == "active")

    @property
    def is_door_open(self) -> bool:
        return self.session.door_open_until is not None and self.session.door_open_until > self.now

    @property
    def can_write(self) -> bool:
        """Or could, if there were any lines left."""
        return self.is_live and not self.is_elsewhere and self.session.writing is not None

    @property
    def lines_left(self) -> int:
        return self.session.writing.left if self.session.writing else 0

    @property
    def pause(self) -> int:
        """Seconds until this side may write its next line."""
        mine = (line.at for line in self.session.messages if line.from_ == self.role.name and line.at)
        newest = max(mine, default=None)
        return max(0, ceil((newest + lines.PAUSE - self.now).total_seconds())) if newest else 0

    @property
    def seconds_until_late(self) -> float | None:
        """Until the page says that no phone has shown the visit. None where one has, or where nobody can know."""
        began, ring = self.session.created_at, self.session.ring
        if self.role.name != "caller" or self.state != "pending" or began is None or (ring and ring.shown):
            return None
        return (began + UNSEEN - self.now).total_seconds()

    @property
    def is_late(self) -> bool:
        """Nothing was confirmed so far, and it should have been."""
        left = self.seconds_until_late
        return left is not None and left <= 0

    @property
    def looks_again_in(self) -> int | None:
        """Seconds until this fragment would read otherwise though nothing happened."""
        left = self.seconds_until_late
        return ceil(left) if left is not None and left > 0 else None

    @property
    def is_polled(self) -> bool:
        """There may be more to come."""
        return self.is_live or self.is_door_open

    @property
    def rests(self) -> bool:
        """Asks seldom: changes come by themselves. That a door has shut again nobody pushes."""
        return self.is_pushed and self.is_live

    @property
    def every(self) -> int:
        """Seconds between two polls."""
        return NET if self.rests else SOON

    @property
    def deadline(self) -> datetime | None:
        if self.is_door_open:
            return self.session.door_open_until
        return self.session.expires_at if self.is_ringing and not self.is_written else None

    @property
    def seconds_left(self) -> int | None:
        return max(0, round((self.deadline - self.now).total_seconds())) if self.deadline else None

    @cached_property
    def who(self) -> str:
        name = self.session.call_target_display_name
        return isolated(name.text(self.language)) if name else _("the residents")

    @cached_property
    def where(self) -> str:
        names = (self.session.portal_display_name, self.session.building_display_name)
        return " · ".join(isolated(name.text(self.language)) for name in names if name)

    @cached_property
    def seal(self) -> str:
        return seals.mint("visit", self.session.session_id, self.role.name, self.role.fingerprint)

    @cached_property
    def facts(self) -> str:
        """Changes when the fragment would."""
        s = self.session
        facts = (
            self.role.name, self.state, s.ring, s.answered_by, s.door_opened, s.opening, s.messages,
            s.callees_notified, s.expires_at, self.is_door_open, self.language, s.writing,
        )  # fmt: skip
        return blake2b(repr(facts).encode(), digest_size=8).hexdigest()

    @cached_property
    def version(self) -> str:
        """Changes with the facts, once a minute, and when it gets late."""
        return f"{self.facts}.{int(time.time() // RENEW):x}{'l' if self.is_late else ''}"

    @property
    def url(self) -> str:
        """Where this fragment is asked for again; it answers only when it would differ from this one."""
        parts = {"as": self.role.name, "v": self.version} | ({"net": ""} if self.rests else {})
        return f"{reverse('status', args=[self.session.session_id])}?{urlencode(parts)}"

    @property
    def stage(self) -> int:
        """How far the visit came: 1 called, 2 ringing, 3 answered, 4 the door opened."""
        if self.session.door_opened or self.state == "accepted":
            return 4
        if self.session.answered_at or self.state == "active":
            return 3
        return 2 if self.state == "ringing" or (self.session.ring and self.session.ring.shown) else 1
