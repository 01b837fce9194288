"""`manage.py keep`: what must happen by itself, at its time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from tests.building.conftest import State, Visit, attempts, pulses, taken
from tests.building.listening import heard, listening
from tests.building.threads import together
from tests.serving import ROOT, wait_for
from visitor_portal import events, keeping
from visitor_portal.building import chain, chores
from visitor_portal.building.models import (
    Access,
    AccessLog,
    Door,
    Light,
    OpeningCount,
    Session,
    SimulatedDoor,
)
from visitor_portal.openings import chores as ledger_chores
from visitor_portal.openings.models import Opening

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def keep() -> None:
    call_command("keep", "--once")


# -- calls


@pytest.mark.parametrize(("seconds", "state"), [(59, "pending"), (60, "expired"), (61, "expired")])
def test_ends_a_call_at_its_second(clock, settings, portal, entry, alice, seconds, state):
    settings.RING_SECONDS = 60
    visit = Visit(portal, entry)
    clock.shift(seconds)
    keep()
    assert visit.now_is().state == state
    assert visit.now_is().ended_at == (timezone.now() if state == "expired" else None)


def test_tells_both_sides_that_it_ended_and_only_once(clock, visit, alice, bob):
    groups = [
        events.session_group(visit.id),
        *(events.resident_group(who.resident.id) for who in (alice, bob)),
    ]
    channels = listening(*groups)
    clock.shift(HOUR)
    for told in (1, 0):
        keep()
        assert [len(heard(channels[group])) for group in groups] == [told] * 3
    assert visit.now_is().version == 2


def test_leaves_alone_what_ended_otherwise(clock, portal, entry, alice, bob):
    visits = [Visit(portal, entry) for _ in (State.ACCEPTED, State.DECLINED, State.CANCELLED, State.FAILED)]
    for visit, state in zip(visits, (State.ACCEPTED, State.DECLINED, State.CANCELLED, State.FAILED), strict=True):
        Session.objects.filter(id=visit.id).update(state=state)
    before = list(Session.objects.values())
    clock.shift(HOUR)
    keep()
    assert list(Session.objects.values()) == before


# -- openings that a crash left open


@pytest.mark.parametrize(
    ("steps", "seconds", "state"),
    [
        ((), 12, "requested"),
        ((), 13, "refused"),
        (("sent",), 12, "sent"),
        (("sent",), 13, "unknown"),
        (("sent", "confirmed"), 13, "confirmed"),
        (("sent", "unknown", "seen_open"), 13, "unknown"),
        (("refused",), 13, "refused"),
    ],
)
def test_closes_an_attempt_by_what_is_surely_known_of_it(clock, door, steps, seconds, state):
    taken(door, *steps)
    rows = AccessLog.objects.count()
    clock.shift(seconds)
    keep()
    (attempt,) = attempts()
    is_new = state != (steps[1] if len(steps) > 1 else steps[0] if steps else "requested")
    assert (attempt.state, AccessLog.objects.count() - rows) == (state, int(is_new))
    if is_new:
        assert (attempt.reason, attempt.last.at) == ("door_unreachable", timezone.now())
    assert (pulses(), chain.verify(door.building_id).fault) == (0, "")


def test_tells_the_visit_whose_attempt_it_closed(clock, door, visit):
    (channel,) = listening(events.session_group(visit.id)).values()
    taken(door, "sent", session=visit.id)
    Session.objects.update(state="ringing")  # somebody was told: nothing else is to be said
    clock.shift(20)
    keep()
    assert (len(heard(channel)), visit.now_is().version) == (1, 2)


def test_closes_what_pages_sent_and_lost(clock, db):
    states: dict[str, Any] = {"sent": ("unknown", ""), "requested": ("refused", "not_sent")}
    for state in ("requested", "sent", "confirmed"):
        closed = NOON if state == "confirmed" else None
        Opening.objects.create(key_hash=f"old {state}", state=state, closed_at=closed)
        clock.shift(2)
        Opening.objects.create(key_hash=f"new {state}", state=state, closed_at=closed)
        clock.shift(-2)
    clock.shift(13)
    keep()
    for opening in Opening.objects.all():
        age, was = opening.key_hash.split()
        expected = states.get(was, (was, "")) if age == "old" else (was, "")
        assert (opening.state, opening.code) == expected
        if expected[0] != was:
            assert opening.closed_at == timezone.now()


def test_closes_all_of_it_in_time(settings):
    """Within 15 s, of which 2 are left for the writing."""
    keeping.discover()
    every = {chore.work.__name__: chore.every for chore in keeping.CHORES}
    assert chores.ATTEMPT_SECONDS + every["close_attempts"] <= 13
    assert settings.OPEN_DEADLINE + ledger_chores.MARGIN + every["close_openings"] <= 13


# -- accesses


@pytest.mark.parametrize(("seconds", "status"), [(-1, "ready"), (0, "deleted"), (1, "deleted")])
def test_a_temporary_access_ends_at_its_second(clock, building, seconds, status):
    access = Access.objects.create(building=building, name="Plumber", kind="temporary", valid_to=NOON)
    lasting = Access.objects.create(building=building, name="Home", valid_to=NOON - DAY)
    clock.shift(seconds)
    keep()
    access.refresh_from_db()
    lasting.refresh_from_db()
    assert (access.status, lasting.status) == (status, "ready")


# -- lights and holds


@pytest.mark.parametrize(("seconds", "is_on"), [(89, True), (90, False), (91, False)])
def test_turns_a_light_off_at_its_second(clock, door, seconds, is_on):
    Light.objects.update(on_until=NOON + 90 * SECOND)
    clock.shift(seconds)
    keep()
    assert (Light.objects.get().on_until is not None) is is_on


def test_holds_a_door_open_and_lets_go(clock, door):
    Door.objects.update(hold="hold_open", hold_until=NOON + HOUR)
    for is_held in (True, False):
        keep()
        assert SimulatedDoor.objects.get().is_held is is_held
        clock.shift(HOUR)
    assert pulses() == 0


# -- keeping on


@pytest.mark.usefixtures("file_database")
def test_several_keepers_at_once_do_no_harm(clock, portal, entry, door, alice, bob):
    visits = [Visit(portal, entry) for _ in range(5)]
    for _ in range(3):
        taken(door, "sent", "confirmed")
    clock.shift(91 * DAY)
    Session.objects.update(created_at=timezone.now())
    left = [taken(door, "sent").id for _ in range(5)]
    Light.objects.update(on_until=timezone.now())
    Door.objects.update(hold="hold_open")
    clock.shift(20)
    together(*[keeping.once] * 4)
    assert {visit.now_is().version for visit in visits} == {2}
    assert [(attempt.id, attempt.state) for attempt in attempts() if attempt.id in left] == [
        (attempt, "unknown") for attempt in left
    ]
    assert OpeningCount.objects.get().count == 3
    assert Light.objects.get().on_until is None
    assert (SimulatedDoor.objects.get().is_held, pulses()) == (True, 0)
    assert not chain.verify(door.building_id).fault


# -- as a process


@pytest.fixture
def keeper(file_database: None, tmp_path: Path, settings) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `manage.py` with these arguments, on this test's own database."""
    if connections["default"].vendor != "sqlite":
        pytest.skip("shares its database with no other process")
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ} | {
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{connections['default'].settings_dict['NAME']}",
    }

    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_once_is_once(keeper, visit):
    Session.objects.update(expires_at=NOON)
    assert keeper("keep", "--once").communicate(timeout=30) == ("", "")
    assert visit.now_is().state == "expired"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("arguments", "says"), [(["keep"], "Keeping\n"), (["serve", "--keep", "--port", "0"], "Listening on ")]
)
def test_keeps_until_it_is_told_to_stop(keeper, visit, number, arguments, says):
    process = keeper(*arguments)
    assert process.stdout and process.stdout.readline().startswith(says)
    Session.objects.update(expires_at=NOON)
    assert wait_for(lambda: visit.now_is().state == "expired")
    asked = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors and "Warning" not in errors, errors
    assert time.monotonic() - asked < keeping.STOP_SECONDS  # nothing was under way, so nothing was waited for


def test_dead_lights_delay_nothing_and_not_the_end(keeper, door, visit):
    for _ in range(4):  # with the one there is: 15 seconds until all were asked
        Light.objects.create(door=door)
    Light.objects.update(on_until=NOON, settings={"seconds": 20})
    taken(door, "sent", at=timezone.now() - 13 * SECOND)
    process = keeper("keep")
    assert process.stdout and process.stdout.readline() == "Keeping\n"
    assert wait_for(lambda: attempts()[0].state == "unknown")
    Session.objects.update(expires_at=NOON)
    assert wait_for(lambda: visit.now_is().state == "expired")
    process.terminate()
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
