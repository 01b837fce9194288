"""One call: who makes it, and what they may see."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, TypeVar

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from visitor_portal.building import places
from visitor_portal.building.models import Building, Organization, Resident
from visitor_portal.building.questions import Question

from . import errors, identity
from .identity import Caller
from .threads import Threads

P = ParamSpec("P")
T = TypeVar("T")

_FOREIGN = "This organisation is not yours."
_ANY = Question(lambda slug: Organization.objects.filter(slug=slug))
_OPERATED = Question(lambda slug, name: Organization.objects.filter(slug=slug, operators__username=name))


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
        user = self._operator()
        found = _ANY.first(slug) if user.is_superuser else _OPERATED.first(slug, user.username)
        if found is None:
            raise errors.denied(_FOREIGN)
        return places.building(found.building_id)

    def organizations(self) -> QuerySet[Organization]:
        """All that the caller operates."""
        user = self._operator()
        return Organization.objects.all() if user.is_superuser else Organization.objects.filter(operators=user)

    def _operator(self) -> User:
        if self.caller.user is None:
            raise errors.denied("Only operators may do this.")
        return self.caller.user

    def resident(self, slug: str) -> Resident:
        """The caller, who lives in this organisation."""
        resident, found = self.caller.resident, _ANY.first(slug)
        if resident is None or found is None or found.building_id != resident.building_id:
            raise errors.denied(_FOREIGN)
        return resident

    def later(self, work: Callable[[], object]) -> None:
        """Do it once the answer is on its way."""
        self.after.append(work)

    async def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """For streams: this work, on a thread that may use the database."""
        return await self.threads.run(work, *args, **kwargs)
