"""One call: who makes it, and what they may see."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from visitor_portal.building.models import Building, Organization, Resident

from . import errors, identity
from .identity import Caller
from .threads import Threads

P = ParamSpec("P")
T = TypeVar("T")

_FOREIGN = "This organisation is not yours."


@dataclass(slots=True)
class Call:
    """What methods get as their second argument. All of it but `ask` is for a thread that may use the database."""

    token: str  # from the metadata; empty without one
    peer: str  # the address that it came from
    threads: Threads
    at: datetime = field(default_factory=timezone.now)
    after: list[Callable[[], object]] = field(default_factory=list)
    _caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        if self._caller is None:
            self._caller = identity.caller(self.token, timezone.now())
        return self._caller

    def recheck(self) -> None:
        """For streams, now and then: raises a Fault when the session ended meanwhile."""
        self._caller = None
        _ = self.caller

    def building(self, slug: str) -> Building:
        """The organisation, which the caller operates."""
        found = self.organizations().select_related("building").filter(slug=slug).first()
        if found is None:
            raise errors.denied(_FOREIGN)
        return found.building

    def organizations(self) -> QuerySet[Organization]:
        """All that the caller operates."""
        user = self.caller.user
        if user is None:
            raise errors.denied("Only operators may do this.")
        return Organization.objects.all() if user.is_superuser else Organization.objects.filter(operators=user)

    def resident(self, slug: str) -> Resident:
        """The caller, who lives in this organisation."""
        resident = self.caller.resident
        if resident is None or not Organization.objects.filter(building=resident.building_id, slug=slug).exists():
            raise errors.denied(_FOREIGN)
        return resident

    def later(self, work: Callable[[], object]) -> None:
        """Do it once the answer is on its way."""
        self.after.append(work)

    async def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """For streams: this work, on a thread that may use the database."""
        return await self.threads.run(work, *args, **kwargs)
