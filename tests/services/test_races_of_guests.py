"""Guests who act at the same moment, on a real PostgreSQL: no limit of an invite is passed.

Each thread stands for a process of its own. THOROUGH=1 runs each race 200 times.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from visitor_portal.building import devices, executing, invites, pins, turns
from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.executing import Tap
from visitor_portal.building.models import (
    Access,
    AccessDoor,
    Building,
    Door,
    Invite,
    InviteRenewal,
    OtpChallenge,
    PinTry,
    Portal,
    new_id,
)

from . import racing
from .racing import ROUNDS, Apart, Crew, Done, TimedLock, pulses, the_history_holds

postgres = racing.postgres
pytestmark = [pytest.mark.usefixtures("postgres"), pytest.mark.timeout(900)]
PIN, CODE = "271828", "314159"


@pytest.fixture
def lock(postgres: None, monkeypatch: pytest.MonkeyPatch, settings: Any, portal: Portal) -> Iterator[TimedLock]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(turns, "_queues", Apart())
    Building.objects.update(min_interval_ms=0)
    lock = TimedLock()
    monkeypatch.setitem(DRIVERS, "simulated", lock)
    yield lock
    the_history_holds()


class Guests:
    """An invite to the door, and what phones do with it, each to be done by a thread."""

    def __init__(self, door: Door, **fields: Any) -> None:
        now = timezone.now()
        window = {"valid_from": now - timedelta(days=1), "valid_to": now + timedelta(days=1)}
        access = Access.objects.create(building=door.building, name="Guest", kind="temporary", **window)
        self.grant = AccessDoor.objects.create(access=access, door=door, in_auth_types=["REMOTE"])
        self.invite, _ = invites.issue(access, **fields)

    def execute(self, *, key: str = "", **proof: Any) -> Callable[[], Any]:
        name = key or new_id()

        def tap() -> Any:
            grant = AccessDoor.objects.select_related("door__building").get(pk=self.grant.pk)
            invite = Invite.objects.select_related("access").get(pk=self.invite.pk)
            return executing.execute(Tap(invite, grant, key=name, **proof), now=timezone.now())

        return tap

    def take_a_slot(self) -> Callable[[], Any]:
        return lambda: devices.bind(self.invite, "", now=timezone.now())

    def guess(self, pin: str) -> Callable[[], Any]:
        return lambda: pins.check(self.invite, None, pin, now=timezone.now())


def codes(done: list[Done]) -> Counter[str]:
    return Counter(each.code for each in done)


def one_got_through(done: list[Done], *others: str) -> bool:
    """And the rest was told one of these. Whoever began a moment before another one's pulse may be told to wait."""
    return codes(done)["ok"] == 1 and set(codes(done)) <= {"ok", "provider_open_rate_limited", *others}


def test_the_last_slot_goes_to_one_phone(door: Door, lock: TimedLock) -> None:
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            guests = Guests(door, max_devices=1)
            done = crew.do(*[guests.take_a_slot() for _ in range(8)])
            assert codes(done) == {"ok": 1, "max_devices_reached": 7}
            assert guests.invite.devices.count() == 1


def test_the_last_slot_goes_to_one_of_those_who_open(door: Door, lock: TimedLock) -> None:
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            guests, before = Guests(door, max_devices=1), pulses()
            done = crew.do(*[guests.execute() for _ in range(8)])
            assert one_got_through(done, "max_devices_reached")
            assert (guests.invite.devices.count(), pulses()) == (1, before + 1)


def test_the_last_use_is_used_once(door: Door, lock: TimedLock) -> None:
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            guests, before = Guests(door, max_uses=1), pulses()
            done = crew.do(*[guests.execute() for _ in range(8)])
            guests.invite.refresh_from_db()
            assert one_got_through(done, "uses_exhausted")
            assert (guests.invite.uses, pulses()) == (1, before + 1)


def test_one_key_is_one_use_and_one_slot(door: Door, lock: TimedLock) -> None:
    lock.takes = 0.01
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            guests, before = Guests(door, max_uses=3, max_devices=1), pulses()
            done = crew.do(*[guests.execute(key="tap" + guests.invite.id)] * 8)
            guests.invite.refresh_from_db()
            assert codes(done) == {"ok": 8}
            assert (guests.invite.uses, guests.invite.devices.count(), pulses()) == (1, 1, before + 1)
            assert len([secret for _, secret in (each.result for each in done) if secret]) == 1


def test_of_fifty_guesses_five_are_looked_at(door: Door, lock: TimedLock) -> None:
    with Crew(50) as crew:
        for _ in range(ROUNDS):
            guests = Guests(door, pin=PIN)
            done = crew.do(*[guests.guess("000000")] * 50)
            assert Counter(each.result for each in done) == {"pin_wrong": 5, "too_many_tries": 45}
            assert PinTry.objects.filter(invite=guests.invite).count() == 5


def test_of_fifty_taps_with_a_wrong_pin_five_are_looked_at(door: Door, lock: TimedLock) -> None:
    with Crew(50) as crew:
        for _ in range(max(2, ROUNDS // 20)):
            guests, before = Guests(door, pin=PIN), pulses()
            done = crew.do(*[guests.execute(pin="000000") for _ in range(50)])
            assert codes(done) == {"pin_wrong": 5, "too_many_tries": 45}
            assert pulses() == before


def test_a_code_opens_once(door: Door, lock: TimedLock) -> None:
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            listed = {"audience": Invite.Audience.LISTED, "contact_email": "guest@example.org"}
            guests, before, now = Guests(door, **listed), pulses(), timezone.now()
            sent = OtpChallenge.objects.create(
                invite=guests.invite,
                channel="email",
                code_hash=make_password(CODE),
                sent_at=now,
                expires_at=now + timedelta(minutes=5),
            )
            done = crew.do(*[guests.execute(challenge=sent.id, code=CODE) for _ in range(8)])
            assert one_got_through(done, "otp_expired")
            assert pulses() == before + 1


def test_what_begins_after_a_revocation_opens_nothing(door: Door, lock: TimedLock) -> None:
    with Crew(5) as crew:
        for _ in range(ROUNDS):
            guests = Guests(door)

            def taps(guests: Guests = guests) -> list[Done]:
                return [Crew.timed(guests.execute()) for _ in range(6)]

            def revoke(guests: Guests = guests) -> list[Done]:
                return [Crew.timed(lambda: invites.revoke(Invite.objects.get(id=guests.invite.id), timezone.now()))]

            *tapped, revoked = [each.result for each in crew.do(taps, taps, taps, taps, revoke)]
            after = [one for taps_of_one in tapped for one in taps_of_one if one.began > revoked[0].ended]
            assert {one.code for one in after} <= {"invite_revoked"}


def test_a_guest_asks_for_more_time_once(door: Door, lock: TimedLock) -> None:
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            guests = Guests(door)
            ask = [lambda invite=guests.invite: invites.request_renewal(invite, "please", now=timezone.now())]
            done = crew.do(*ask * 8)
            assert Counter(each.result for each in done) == {True: 1, False: 7}
            assert InviteRenewal.objects.filter(invite=guests.invite).count() == 1
