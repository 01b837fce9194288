"""One story: the building and its model side by side, and what must be true after each step of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.db.models import Count
from hypothesis.stateful import RuleBasedStateMachine, invariant

from visitor_portal import keeping
from visitor_portal.building import access_log, chain, chores
from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.models import AccessLog, Invite, LogHead, Session, SimulatedDoor

from . import model
from .real import Killed, RealHouse, Said, SeenLock, asked

BEGIN = datetime(2026, 5, 4, 12, tzinfo=UTC)
INTERVAL = timedelta(seconds=3)
assert (model.ATTEMPT.seconds, model.HOLD_AGAIN) == (chores.ATTEMPT_SECONDS, chores.HOLD_AGAIN)


class Story(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.inside = transaction.atomic()
        self.inside._from_testcase = True  # type: ignore[attr-defined]  # what must be outermost may be in this one
        self.inside.__enter__()
        self.travelling = time_machine.travel(BEGIN, tick=False)
        self.traveller = self.travelling.start()
        self.lock = DRIVERS["simulated"] = SeenLock()
        self.real, self.should = RealHouse(INTERVAL), model.House(BEGIN, INTERVAL)
        self.ids: list[tuple[str, str]] = []  # of each visit: its id, and the caller's secret
        self.links: list[tuple[Invite, str, str]] = []  # the invite, its token, its grant
        self.slots: dict[tuple[int, str], str] = {}  # a phone's secret, by invite and phone
        self.seen: dict[str, tuple[str, int, str | None]] = {}  # of each visit: state, version, who answered
        self.proof: tuple[str, datetime | None] = ("", None)  # of the last scan: when, unless it was used up
        self.void_since: dict[str, int] = {}  # of revoked invites: how long the log was then

    def teardown(self) -> None:
        try:
            self.wait(13)
            keep_house(self)
            self.every_attempt_has_ended_once()
        finally:
            self.travelling.stop()
            transaction.set_rollback(True)
            self.inside.__exit__(None, None, None)

    def wait(self, seconds: float) -> None:
        self.traveller.shift(seconds)
        self.should.now += timedelta(seconds=seconds)

    # -- asking

    def tap(self, path: str, expected: model.Attempt, *, is_new: bool, **options: Any) -> Said | None:
        """A request that may move the door; None when whoever took it was killed while doing so."""
        try:
            said = asked(path, **options)
        except Killed:
            assert is_new and expected.state == "sent", "killed where nothing should have been sent"
            return None
        assert (said.code, said.opening or expected.state) == (expected.code, expected.state), (said, expected)
        return said

    # -- what must be true after each step

    @invariant()
    def the_lock_moved_as_often_as_it_should(self) -> None:
        assert SimulatedDoor.objects.get().pulses == self.should.lock.pulses == len(self.lock.moved)
        assert len(set(self.lock.moved)) == len(self.lock.moved), "one attempt moved it twice"

    @invariant()
    def visits_are_as_they_should_be_and_what_is_over_stays_over(self) -> None:
        visits = {visit.id: visit for visit in Session.objects.all()}
        for (name, _), should in zip(self.ids, self.should.visits, strict=True):
            visit = visits[name]
            state, version, winner = self.seen.get(name, (visit.state, visit.version, visit.answered_by_id))
            assert visit.state_at(self.should.now) == should.state_at(self.should.now)
            assert state in model.LIVE or visit.state == state, f"{state} became {visit.state}"
            assert visit.version >= version
            assert winner is None or visit.answered_by_id == winner, "two answered"
            assert visit.door_opened == should.opened
            self.seen[name] = (visit.state, visit.version, visit.answered_by_id)

    @invariant()
    def invites_are_not_used_beyond_their_limits(self) -> None:
        if not self.links:
            return
        counted = {invite.id: invite for invite in Invite.objects.annotate(slots=Count("devices"))}
        for (invite, _, _), should in zip(self.links, self.should.invites, strict=True):
            uses, slots = counted[invite.id].uses, counted[invite.id].slots
            assert (uses, slots) == (should.uses, len(should.devices))
            assert should.max_uses is None or uses <= should.max_uses
            assert should.max_devices is None or slots <= should.max_devices

    @invariant()
    def nothing_is_sent_for_a_revoked_invite(self) -> None:
        for invite, length in self.void_since.items():
            assert not AccessLog.objects.filter(invite=invite, state="sent", sequence__gt=length).exists()

    def every_attempt_has_ended_once(self) -> None:
        for first in AccessLog.objects.filter(step=1):
            steps = [row.step for row in access_log.load(first.attempt).rows]
            assert sorted(steps) in ([1, 3], [1, 2, 3]), steps
        for attempt in self.lock.moved:
            assert [row.state for row in access_log.load(attempt).rows].count("sent") == 1
        self.the_log_verifies()

    def the_log_verifies(self) -> None:
        for head in LogHead.objects.all():
            assert not chain.verify(head.building).fault


def keep_house(story: Story) -> None:
    """Each chore, and what should come of them."""
    keeping.discover()
    failing = [chore.work.__name__ for chore in keeping.CHORES if _fails(chore)]
    assert not failing
    story.should.keep()


def _fails(chore: keeping.Chore) -> bool:
    keeping._do(chore)
    return chore.is_failing
