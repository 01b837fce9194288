"""Everything that can happen to a building, in any order, against a model of what should come of it.

THOROUGH=1 tries 2,000 stories of 50 steps; SEED=… tries others.
"""

import logging
import sys
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule, run_state_machine_as_test

from tests.thorough import SEED, rather
from visitor_portal.building import access_log, invites, sessions
from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.models import AccessUser, Door, Invite, Light, LogHead, Opener, Resident, Session

from .machine import guests, model
from .machine.real import asked, told
from .machine.story import Story, keep_house

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHO = st.sampled_from(("alice", "alice", "bob"))
PHONES = st.sampled_from(("one", "one", "two", "three"))
KEYS = st.sampled_from(("", "tap", "tap", "again"))
FAULTS = st.sampled_from((*("",) * 6, "dead", "refuse", "silent", "lost", "lying", "dies before", "dies after"))
SECONDS = st.sampled_from((1, 2, *(4,) * 5, 11, 13, 31, 61, 131, 601, 901))
PINS = st.sampled_from((guests.PIN, guests.PIN, "000000", ""))
SELDOM = st.sampled_from((False, False, False, True))


class Everything(Story):
    visits = Bundle("visits")
    invited = Bundle("invited")

    # -- at the door

    def call(self, mode: str, phone: str) -> int | None:
        body = {"target_entity_id": self.real.entry.id, "mode": mode}
        said = asked(f"portals/{self.real.portal.public_id}/sessions", body=body, X_Guest_Id=phone)
        assert said.code == self.should.ring(mode, phone)
        if said.code == "ok":
            self.ids.append((said.body["session_id"], said.body["caller_token"]))
        return len(self.ids) - 1 if said.code == "ok" else None

    @rule(target=visits, mode=st.sampled_from(("voice", "video", "message")), phone=PHONES)
    def ring(self, mode: str, phone: str) -> int | None:
        return self.call(mode, phone)

    @rule(target=visits, who=WHO, key=KEYS)
    def ring_and_be_let_in(self, who: str, key: str) -> int | None:
        visit = self.call("video", "one")
        self.wait(4)
        self.let_in(visit, who, key)
        return visit

    @rule(visit=visits, who=WHO, what=st.sampled_from(("answer", "answer", "decline", "lights", "receipt")))
    def as_callee(self, visit: int | None, who: str, what: str) -> None:
        if visit is not None:
            body = {"stage": "shown"} if what == "receipt" else None
            said = asked(f"sessions/{self.ids[visit][0]}/{what}", bearer=self.token(visit, who), body=body)
            assert said.code == getattr(self.should, what)(self.should.visits[visit], who)

    @rule(visit=visits)
    def hang_up(self, visit: int | None) -> None:
        if visit is not None:
            said = asked(f"sessions/{self.ids[visit][0]}/cancel", bearer=self.ids[visit][1])
            assert said.code == self.should.cancel(self.should.visits[visit])

    @rule(visit=visits, who=st.sampled_from(("caller", "alice", "bob")))
    def write(self, visit: int | None, who: str) -> None:
        if visit is not None:
            what, secret = ("notify-message", self.ids[visit][1]) if who == "caller" else ("reply", "")
            bearer = secret or self.token(visit, who)
            said = asked(f"sessions/{self.ids[visit][0]}/{what}", bearer=bearer, body={"text": "Hello"})
            assert said.code == self.should.write(self.should.visits[visit], who)

    @rule(visit=visits, who=WHO, key=KEYS)
    def open(self, visit: int | None, who: str, key: str) -> None:
        self.let_in(visit, who, key)

    def let_in(self, visit: int | None, who: str, key: str) -> None:
        if visit is not None:
            tried = len(self.should.attempts)
            expected = self.should.open(self.should.visits[visit], who, key)
            is_new = len(self.should.attempts) > tried
            path = f"sessions/{self.ids[visit][0]}/open"
            self.tap(path, expected, is_new=is_new, bearer=self.token(visit, who), Idempotency_Key=key)

    @rule(who=WHO, key=KEYS)
    def open_at_the_sign(self, who: str, key: str) -> None:
        tried = len(self.should.attempts)
        expected = self.should.quick_open(who, key)
        is_new = len(self.should.attempts) > tried
        path = f"portals/{self.real.portal.public_id}/open"
        self.tap(path, expected, is_new=is_new, bearer=self.real.people[who].key, Idempotency_Key=key)

    def token(self, visit: int, who: str) -> str:
        row = Session.objects.get(id=self.ids[visit][0])
        return sessions.callee_token(row, self.real.people[who].resident)

    # -- guests

    @rule(
        target=invited,
        types=st.sampled_from(("REMOTE", "REMOTE", "REMOTE_PLUS_PHONE", "SCAN")),
        has_pin=SELDOM,
        limits=st.tuples(*[st.sampled_from((None, 1, 2))] * 2),
        begins=st.sampled_from((0, 0, 0, 0, 30)),
        lasts=st.sampled_from((60, 700, 10_000, 10_000)),
    )
    def issue(self, types: str, has_pin: bool, limits: tuple[Any, Any], begins: int, lasts: int) -> int:
        begin = self.should.now + timedelta(seconds=begins)
        ends, (max_uses, max_devices) = begin + timedelta(seconds=lasts), limits
        pin = guests.PIN if has_pin else None
        limited = {"max_uses": max_uses, "max_devices": max_devices}
        self.links.append(self.real.invite(types=types, begins=begin, ends=ends, pin=pin, **limited))
        self.should.invites.append(guests.Invite(types, has_pin, max_uses, max_devices, begin, ends))
        return len(self.links) - 1

    @rule(invite=invited, phone=PHONES)
    def take_a_slot(self, invite: int, phone: str) -> None:
        cookie = self.slots.get((invite, phone), "")
        said = asked(f"invites/{self.links[invite][1]}/session", cookie=cookie, X_Guest_Id=phone)
        assert said.code == self.should.invites[invite].take(phone)
        if said.secret:
            self.slots[invite, phone] = said.secret

    @rule(invite=invited, phone=PHONES, key=KEYS, pin=PINS, scan=st.sampled_from(("", "new", "old")))
    def execute(self, invite: int, phone: str, key: str, pin: str, scan: str) -> None:
        self.go_in(invite, phone, key, pin, scan)

    @rule(invite=invited, phone=PHONES, key=KEYS)
    def execute_with_all_that_it_takes(self, invite: int, phone: str, key: str) -> None:
        self.wait(4)
        self.go_in(invite, phone, key, guests.PIN, "new")

    def go_in(self, invite: int, phone: str, key: str, pin: str, scan: str) -> None:
        should, now, tried = self.should.invites[invite], self.should.now, len(self.should.attempts)
        if scan == "new":
            self.proof = (self.real.scan(), now)
        proof, at = self.proof if scan else ("", None)
        is_fresh = at is not None and now - at <= timedelta(seconds=120)
        held = self.slots.get((invite, phone), "")
        # A phone that took a slot begins anew with its keys: see api/test_keys_and_slots.py.
        key = key and f"{phone}-{'with' if held else 'without'}-slot-{key}"
        expected = self.should.execute(should, phone, key, pin=pin, has_scan=is_fresh)
        is_new = len(self.should.attempts) > tried
        if is_new and expected.was_sent and should.types == "SCAN":
            self.proof = (proof, None)
        said = self.tap(
            f"invites/{self.links[invite][1]}/execute",
            expected,
            is_new=is_new,
            cookie=held,
            body={"grant_id": self.links[invite][2], "pin": pin or None},
            Idempotency_Key=key,
            X_Scan_Proof=proof,
            X_Guest_Id=phone,
        )
        if said and said.secret:
            self.slots[invite, phone] = said.secret

    @rule(invite=invited, revoked=SELDOM, on=st.booleans())
    def switch_or_revoke(self, invite: int, revoked: bool, on: bool) -> None:
        row, should = self.links[invite][0], self.should.invites[invite]
        Invite.objects.filter(id=row.id).update(is_enabled=on)
        should.is_enabled = on
        if revoked:
            invites.revoke(row, timezone.now())
            should.is_revoked = True
            length = max(LogHead.objects.values_list("sequence", flat=True), default=0)
            self.void_since.setdefault(row.id, length)

    # -- what the manager, the hardware and the clock do

    @rule(hold=st.sampled_from(("normal", "normal", "hold_open", "hold_closed")))
    def hold(self, hold: str) -> None:
        Door.objects.update(hold=hold)
        self.should.lock.hold = hold

    @rule(what=st.sampled_from((0, 0, 0, 1, "light")), fault=FAULTS)
    def break_or_mend(self, what: int | str, fault: str) -> None:
        if isinstance(what, int):
            Opener.objects.filter(position=what).update(settings={"fault": fault})
            self.should.lock.faults[what] = fault
        else:
            Light.objects.update(settings={"fault": fault})
            self.should.light_fault = fault

    @rule(who=WHO, is_quiet=SELDOM, moves_out=SELDOM)
    def live_there(self, who: str, is_quiet: bool, moves_out: bool) -> None:
        Resident.objects.filter(name=who).update(do_not_disturb=is_quiet)
        self.should.quiet = self.should.quiet | {who} if is_quiet else self.should.quiet - {who}
        if is_quiet and moves_out:
            AccessUser.objects.filter(resident__name=who).delete()
            self.should.rightless.add(who)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.wait(seconds)

    @rule(seconds=SECONDS)
    def keep(self, seconds: int) -> None:
        self.wait(seconds)
        keep_house(self)


@pytest.mark.timeout(rather(300, 3600))
def test_every_story_goes_as_it_should(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = QUICK
    settings.RINGS_PER_VISITOR = model.RINGS_PER_VISITOR
    settings.RINGS_PER_ENTRY, settings.RINGS_PER_DOOR = model.RINGS_PER_ENTRY, model.RINGS_PER_DOOR
    monkeypatch.setattr(access_log, "PATIENCE", 0.0)  # whoever was killed will not end it while we wait
    monkeypatch.setitem(DRIVERS, "simulated", DRIVERS["simulated"])  # each story puts its own there
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # a line for each door that fails
    told.clear()
    run_state_machine_as_test(
        hypothesis.seed(SEED)(Everything),
        settings=hypothesis.settings(
            max_examples=rather(15, 2000),
            stateful_step_count=rather(30, 50),
            deadline=None,
            database=None,
            phases=rather([Phase.generate], [Phase.generate, Phase.shrink]),  # shrinking takes minutes
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stdout.write("".join(f"{count:8} {what}\n" for what, count in sorted(told.items())))
