"""A resident's running visits: the fragment that the page includes, polls and is pushed."""

import time
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from django.urls import reverse

from visitor_portal import phrases, seals
from visitor_portal.http import isolated
from visitor_portal.public_access.wire import DeviceRequest, Resident, Visit
from visitor_portal.roles import Role

RENEW = 60  # seconds after which an unchanged fragment is made anew, so that its form tokens stay young


@dataclass(frozen=True, slots=True)
class Row:
    visit: Visit
    language: str

    @property
    def url(self) -> str:
        return reverse("visit", args=[self.visit.session_id]) + "?as=callee"

    @property
    def is_written(self) -> bool:
        """Somebody writes and does not ring."""
        return self.visit.mode == "message"

    @property
    def is_ringing(self) -> bool:
        return not self.is_written and self.is_waiting

    @property
    def is_waiting(self) -> bool:
        """Nobody took it so far: that this page shows it is told."""
        return self.visit.state in ("pending", "ringing")

    @property
    def last_line(self) -> str:
        """What was written last, by whichever side."""
        last = self.visit.last_message
        return isolated(phrases.said(last.text, last.phrase)) if last else ""

    @property
    def is_own_line(self) -> bool:
        last = self.visit.last_message
        return last is not None and last.from_ == "callee"

    @property
    def where(self) -> str:
        names = (self.visit.portal_name, self.visit.building_name)
        return " · ".join(isolated(name.text(self.language)) for name in names if name)

    @property
    def whom(self) -> str:
        return isolated(self.visit.target_name.text(self.language)) if self.visit.target_name else ""

    @property
    def seal(self) -> str:
        """Lets this page say that it shows the ring."""
        role = Role("callee", self.visit.session_id, self.visit.callee_token)
        return seals.mint("visit", role.session_id, role.name, role.fingerprint)


@dataclass(frozen=True)
class Visits:
    resident: Resident
    language: str

    @property
    def rows(self) -> list[Row]:
        return [Row(visit, self.language) for visit in self.resident.visits]

    @property
    def asked(self) -> list[DeviceRequest]:
        """Phones that ask to be let onto an invite of this resident."""
        return [asked for asked in self.resident.device_requests if asked.request_token]

    @cached_property
    def version(self) -> str:
        """Changes when the fragment would, and once a minute."""
        facts = (self.language, self.resident.visits, self.asked, int(time.time() // RENEW))
        return blake2b(repr(facts).encode(), digest_size=8).hexdigest()
