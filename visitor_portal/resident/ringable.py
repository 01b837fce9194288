"""Which of a resident's phones can be rung, and what is known of each: the fragment that its page polls."""

import time
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from visitor_portal import seals
from visitor_portal.push.models import Phone
from visitor_portal.roles import Role

from . import devices

AGES = 60  # seconds after which the ages that it tells are told anew


@dataclass(frozen=True, slots=True)
class Row:
    phone: Phone
    is_this: bool

    @property
    def proven(self) -> str:
        """When it last showed something, by its own word."""
        at = self.phone.proven_at
        if at is None:
            return _("Not proved yet: it has not shown a ring.")
        if (timezone.now() - at).total_seconds() < 60:
            return _("It can be rung. Proved just now.")
        return _("It can be rung. Last proved %(age)s ago.") % {"age": timesince(at, depth=1)}

    @property
    def trouble(self) -> str:
        return {
            "refused": _("Its push service refuses what we send. Tell whoever manages the building."),
            "busy": _("Its push service was busy at the last try. Try again in a moment."),
            "unreached": _("Its push service could not be reached at the last try. Try again in a moment."),
        }.get(self.phone.trouble, "")

    @property
    def ended(self) -> str:
        return {
            "gone": _(
                "It rings no more: its browser gave the right up. Open this page there, and let it ring again."
            ),
            "lost": _("Reported lost: it rings no more, and is shown nothing."),
        }.get(self.phone.why, "")


@dataclass(frozen=True)
class Ringable:
    role: Role
    phones: list[Phone]  # ended ones, too
    held: str  # a hash of the secret that this browser holds
    language: str

    @cached_property
    def rows(self) -> list[Row]:
        rows = [Row(phone, phone.secret_hash == self.held) for phone in self.phones if not phone.ended_at]
        return sorted(rows, key=lambda row: not row.is_this)

    @property
    def ended(self) -> list[Row]:
        return [Row(phone, False) for phone in self.phones if phone.ended_at and phone.why != Phone.Why.REMOVED]

    @property
    def this(self) -> Row | None:
        return next((row for row in self.rows if row.is_this), None)

    @property
    def mark(self) -> str:
        return devices.mark_of(self.this.phone) if self.this else ""

    @cached_property
    def seal(self) -> str:
        return seals.mint("phones", self.role.fingerprint)

    @cached_property
    def version(self) -> str:
        told = [
            (row.phone.id, row.phone.name, row.phone.proven_at, row.phone.trouble, row.phone.why) for row in self.all
        ]
        facts = (told, self.mark, self.language, int(time.time() // AGES))
        return blake2b(repr(facts).encode(), digest_size=8).hexdigest()

    @property
    def all(self) -> list[Row]:
        return [*self.rows, *self.ended]
