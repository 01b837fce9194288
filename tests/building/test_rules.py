"""Whose right it is, whether it stands, and when it holds."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from visitor_portal.building.curfew import Curfew, HouseRules
from visitor_portal.building.rules import Decision
from visitor_portal.building.schedule import Schedule

from .deciding import ANOTHER_HOUR, MORNINGS, NOON, RIGHT, SECOND, decided


def test_allows_what_the_right_says():
    assert decided(RIGHT) == Decision(True, "", "REMOTE")


@pytest.mark.parametrize("holder", ["alice", "bob", "mallory", ""])
@pytest.mark.parametrize("door", ["lobby", "garage", "cellar", ""])
@pytest.mark.parametrize("direction", ["in", "out"])
def test_every_part_of_the_question_counts(holder, door, direction):
    remote = {("lobby", "in"), ("garage", "in")}
    decision = decided(RIGHT, holder=holder, door=door, direction=direction)
    assert decision.allowed is (holder in ("alice", "bob") and (door, direction) in remote)


# -- who and where


@pytest.mark.parametrize(
    "changes", [{"holder": "mallory"}, {"door": "cellar"}, {"direction": "out", "door": "garage"}]
)
def test_a_right_of_somebody_else_or_elsewhere_is_none(changes):
    assert decided(RIGHT, **changes) == Decision(False, "wrong_role")


def test_nobody_without_a_right():
    assert decided() == Decision(False, "wrong_role")


def test_nobody_is_a_holder_by_the_empty_name():
    assert not decided(replace(RIGHT, holders=frozenset()), holder="").allowed


# -- standing and window


@pytest.mark.parametrize("standing", ["invite_revoked", "invite_disabled", "invite_expired", "uses_exhausted"])
def test_a_right_that_does_not_stand_says_why(standing):
    assert decided(replace(RIGHT, standing=standing)) == Decision(False, standing)


@pytest.mark.parametrize(
    ("after_start", "reason"),
    [(-1, "not_yet_valid"), (0, ""), (1, ""), (3599, ""), (3600, "invite_expired"), (3601, "invite_expired")],
)
def test_the_window_holds_its_start_and_not_its_end(after_start, reason):
    decision = decided(RIGHT, now=NOON + after_start * SECOND)
    assert (decision.allowed, decision.reason) == (not reason, reason)


@pytest.mark.parametrize("days", [-100_000, 0, 100_000])
def test_a_right_without_a_window_always_holds(days):
    assert decided(replace(RIGHT, valid_from=None, valid_to=None), now=NOON + timedelta(days=days)).allowed


def test_a_window_of_no_length_never_holds():
    assert not decided(replace(RIGHT, valid_from=NOON, valid_to=NOON)).allowed


# -- house rules and schedule


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (HouseRules("UTC"), ""),
        (HouseRules("UTC", blackout_dates=frozenset([date(2026, 5, 4)])), "blackout_date"),
        (HouseRules("Pacific/Kiritimati", blackout_dates=frozenset([date(2026, 5, 5)])), "blackout_date"),
        (HouseRules("UTC", weekdays=frozenset([0, 2, 3, 4, 5, 6])), "outside_schedule"),
        (HouseRules("UTC", weekdays=frozenset([1])), ""),
        (HouseRules("UTC", curfews=(Curfew(time(12), time(12)),)), "curfew"),
        (HouseRules("UTC", curfews=(Curfew(time(12, 1), time(11, 59)),)), ""),
    ],
)
def test_house_rules_forbid_whatever_the_schedule_says(rules, reason):
    decision = decided(replace(RIGHT, house_rules=rules))
    assert (decision.allowed, decision.reason) == (not reason, reason)


@pytest.mark.parametrize(("minute", "reason"), [(719, ""), (720, "outside_schedule")])
def test_the_schedule_says_when(minute, reason):
    always = replace(ANOTHER_HOUR, valid_from=None, valid_to=None)
    decision = decided(always, now=NOON.replace(hour=0) + timedelta(minutes=minute))
    assert (decision.allowed, decision.reason) == (not reason, reason)


@pytest.mark.parametrize("definition", ["nonsense", "BEGIN:VEVENT\nEND:VEVENT", MORNINGS + "\nBEGIN:VEVENT"])
@pytest.mark.parametrize("place", ["definition", "exception"])
def test_a_schedule_that_cannot_be_read_opens_nothing(definition, place):
    unreadable = {"definition": "", "exception": "", "zone": "UTC"} | {place: definition}
    assert decided(replace(RIGHT, schedule=Schedule(**unreadable))) == Decision(False, "outside_schedule")


def test_a_schedule_in_a_zone_that_does_not_exist_opens_nothing():
    nowhere = replace(ANOTHER_HOUR, schedule=Schedule(MORNINGS, "", "Mars/Olympus"))
    assert decided(nowhere) == Decision(False, "outside_schedule")
