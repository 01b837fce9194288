"""The access log: each step once, whoever takes it first."""

from datetime import timedelta
from time import monotonic, sleep

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from visitor_portal.building import access_log
from visitor_portal.building.models import AccessLog, new_id

from .conftest import taken
from .threads import together

ENDS = ("confirmed", "refused", "unknown")


def test_goes_step_by_step(door):
    attempt = taken(door, "sent", "confirmed", "seen_open", "seen_shut")
    rows = AccessLog.objects.order_by("sequence")
    assert [(row.sequence, row.step, row.state) for row in rows] == [
        (1, 1, "requested"),
        (2, 2, "sent"),
        (3, 3, "confirmed"),
        (4, 4, "seen_open"),
        (5, 5, "seen_shut"),
    ]
    assert {row.attempt for row in rows} == {attempt.id}


def test_rows_are_only_added(door):
    attempt = taken(door)
    before = list(AccessLog.objects.values())
    for state in ("sent", "unknown", "seen_open"):
        access_log.step(attempt, state)
        after = list(AccessLog.objects.order_by("sequence").values())
        assert after[: len(before)] == before
        before = after


@pytest.mark.parametrize("state", ["sent", "confirmed", "seen_open", "seen_shut"])
def test_each_step_is_taken_once(door, state):
    attempt = taken(door)
    other = access_log.load(attempt.id)
    assert access_log.step(attempt, state)
    assert not access_log.step(attempt, state)
    assert not access_log.step(other, state)
    assert AccessLog.objects.filter(state=state).count() == 1


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", ENDS)
def test_an_attempt_ends_once(door, first, second):
    attempt = taken(door, "sent")
    late = access_log.load(attempt.id)
    assert access_log.step(attempt, first, reason="held_closed")
    assert not access_log.step(late, second, reason="wrong_role")
    assert (late.state, late.reason) == (first, "held_closed")


@pytest.mark.usefixtures("file_database")
def test_of_ten_that_end_one_attempt_one_wins(door):
    attempt = taken(door, "sent")
    known = [access_log.load(attempt.id) for _ in range(10)]
    results = together(
        *[lambda mine=mine, end=ENDS[n % 3]: access_log.step(mine, end) for n, mine in enumerate(known)]
    )
    assert (results.count(True), results.count(False)) == (1, 9)
    assert {mine.state for mine in known} == {known[results.index(True)].state}
    assert AccessLog.objects.filter(step=3).count() == 1


def test_every_step_says_whose_it_is(door, portal, alice):
    said = {
        "portal": portal.public_id,
        "direction": "out",
        "resident": alice.resident.id,
        "invite": new_id(),
        "guest": "phone",
        "session": new_id(),
        "key_hash": "0" * 64,
    }
    attempt = taken(door, **said)
    access_log.step(attempt, "sent", auth_type="SCAN")
    access_log.step(attempt, "confirmed", seen_open=True, milliseconds=12)
    for row in AccessLog.objects.all():
        assert {name: getattr(row, name) for name in said} == said
        assert (row.building, row.door) == (door.building_id, door.id)
    assert [row.auth_type for row in AccessLog.objects.order_by("step")] == ["", "SCAN", "SCAN"]
    assert (attempt.last.seen_open, attempt.milliseconds) == (True, 12)


def test_each_building_counts_its_own_rows(door):
    for building in (door.building_id, "elsewhere", door.building_id):
        taken(door, building=building)
    found = AccessLog.objects.values_list("building", "sequence")
    assert sorted(found) == sorted([(door.building_id, 1), (door.building_id, 2), ("elsewhere", 1)])


def test_nothing_is_written_inside_somebody_elses_transaction(door):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        taken(door)
    assert not AccessLog.objects.exists()


# -- keys


def test_a_key_leads_to_the_attempt_that_used_it(door):
    first = taken(door, "sent", "confirmed", key_hash="a" * 64)
    taken(door, "sent", key_hash="b" * 64)
    found = access_log.by_key_hash("a" * 64)
    assert found and (found.id, found.state) == (first.id, "confirmed")
    assert access_log.by_key_hash("c" * 64) is None


def test_the_database_takes_a_key_once(door):
    taken(door, key_hash="a" * 64)
    with pytest.raises(IntegrityError):
        taken(door, key_hash="a" * 64)
    for _ in range(2):
        taken(door)  # no key is no key


@pytest.mark.usefixtures("file_database")
def test_whoever_comes_second_waits_for_the_end(door):
    attempt = taken(door, "sent")

    def end() -> str:
        sleep(0.2)
        access_log.step(access_log.load(attempt.id), "confirmed")
        return ""

    waited, _ = together(lambda: access_log.settled(access_log.load(attempt.id)).state, end)
    assert waited == "confirmed"


@pytest.mark.parametrize("seconds", [-3600, 0, 0.5, 3600])
def test_nobody_waits_long_for_an_end_that_may_never_come(door, now, monkeypatch, seconds):
    """It is counted from the first one's beginning; a clock that is an hour off changes little."""
    monkeypatch.setattr(access_log, "PATIENCE", 0.5)
    attempt = taken(door, "sent", at=timezone.now() - timedelta(seconds=seconds))
    began = monotonic()
    assert access_log.settled(attempt).state == "sent"
    assert monotonic() - began < (0.4 if seconds >= 0.5 else 1)


# -- reading


def test_the_last_of_a_visit_is_its_newest_attempt(door):
    visit = new_id()
    assert access_log.last_of_session(visit) is None
    older = taken(door, "sent", session=visit)
    newer = taken(door, "refused", session=visit)
    taken(door, "sent", "confirmed", session=new_id())
    taken(door, "sent", "confirmed")
    access_log.step(older, "confirmed")  # which ends only now
    found = access_log.last_of_session(visit)
    assert found and (found.id, found.state) == (newer.id, "refused")


def test_the_last_of_a_visit_has_all_its_steps(door):
    visit = new_id()
    taken(door, "sent", "confirmed", "seen_open", "seen_shut", session=visit)
    found = access_log.last_of_session(visit)
    assert found and {row.step for row in found.rows} == {1, 2, 3, 4, 5}
    assert (found.state, found.is_over) == ("confirmed", True)


@pytest.mark.parametrize(
    ("states", "at_once", "contact", "seen_open"),
    [
        ((), None, "", None),
        ((), True, "", True),
        ((), False, "", False),
        (("seen_open",), None, "seen_open", True),
        (("seen_open",), False, "seen_open", True),
        (("seen_open", "seen_shut"), None, "seen_shut", None),
    ],
)
@pytest.mark.parametrize("end", ["confirmed", "unknown"])
def test_says_what_the_contact_said_last(door, end, states, at_once, contact, seen_open):
    attempt = taken(door, "sent")
    access_log.step(attempt, end, seen_open=at_once)
    for state in states:
        access_log.step(attempt, state)
    for known in (attempt, access_log.load(attempt.id)):
        assert (known.state, known.contact, known.seen_open) == (end, contact, seen_open)


def test_left_open_is_what_began_long_ago_and_has_no_end(door, now):
    old = {"at": now - timedelta(seconds=13)}
    left = [taken(door, **old), taken(door, "sent", **old)]
    for states in (("refused",), ("sent", "unknown"), ("sent", "confirmed", "seen_open")):
        taken(door, *states, **old)
    taken(door, "sent", at=now - timedelta(seconds=11))
    found = access_log.left_open(now, older_than=12)
    assert {attempt.id for attempt in found} == {attempt.id for attempt in left}


def test_under_way_is_what_was_sent_and_has_no_end(door):
    mine, other = new_id(), new_id()
    for invite in (mine, mine, other, ""):
        taken(door, "sent", invite=invite)
    for states in ((), ("refused",), ("sent", "confirmed"), ("sent", "unknown"), ("sent", "refused")):
        taken(door, *states, invite=mine)
    assert access_log.under_way(mine) == 2
