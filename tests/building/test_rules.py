from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitor_portal.building.curfew import Curfew, HouseRules
from visitor_portal.building.rules import Asked, Decision, Right, decide
from visitor_portal.building.schedule import Schedule

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
SECOND = timedelta(seconds=1)
MORNINGS = """BEGIN:VEVENT
DTSTART:20260504T080000
DTEND:20260504T120000
RRULE:FREQ=DAILY
END:VEVENT"""
RIGHT = Right(
    holders=frozenset(["alice", "bob"]),
    doors={
        ("lobby", "in"): frozenset(["REMOTE", "CARD"]),
        ("lobby", "out"): frozenset(["CARD"]),
        ("garage", "in"): frozenset(["REMOTE"]),
    },
    valid_from=NOON,
    valid_to=NOON + timedelta(hours=1),
)
ASKED = Asked(holder="alice", door="lobby", direction="in")
NOT_MEANT = replace(RIGHT, holders=frozenset(["mallory"]))
REVOKED = replace(RIGHT, standing="invite_revoked")
TOO_EARLY = replace(RIGHT, valid_from=NOON + SECOND)
EXPIRED = replace(RIGHT, valid_from=None, valid_to=NOON)
ON_A_BLACKOUT = replace(RIGHT, house_rules=HouseRules("UTC", blackout_dates=frozenset([date(2026, 5, 4)])))
AT_CURFEW = replace(RIGHT, house_rules=HouseRules("UTC", curfews=(Curfew(time(11), time(13)),)))
ANOTHER_HOUR = replace(RIGHT, schedule=Schedule(MORNINGS, "", "UTC"))
BY_CARD_ONLY = replace(RIGHT, doors={("lobby", "in"): frozenset(["CARD"])})


def decided(*rights: Right, now: datetime = NOON, is_held_closed: bool = False, **changes: Any) -> Decision:
    return decide(rights, replace(ASKED, **changes), now=now, is_held_closed=is_held_closed)


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


# -- means

MEANS = ("REMOTE", "REMOTE_PLUS_PHONE", "SCAN", "SCAN_PLUS_PHONE")
STRONGEST_FIRST = tuple(reversed(MEANS))


def by(*types: str) -> Right:
    return replace(RIGHT, doors={("lobby", "in"): frozenset(types)})


@pytest.mark.parametrize("types", [types for many in range(1, 5) for types in combinations(MEANS, many)])
@pytest.mark.parametrize("has_pin", [True, False])
@pytest.mark.parametrize("has_scan", [True, False])
def test_any_one_means_that_is_proved_suffices(types, has_pin, has_scan):
    def is_proved(means: str) -> bool:
        return (has_pin or "PHONE" not in means) and (has_scan or "SCAN" not in means)

    proved = [means for means in STRONGEST_FIRST if means in types and is_proved(means)]
    decision = decided(by(*types), has_pin=has_pin, has_scan=has_scan)
    assert (decision.allowed, decision.auth_type) == (bool(proved), proved[0] if proved else "")
    assert bool(decision.reason) is not decision.allowed


@pytest.mark.parametrize(
    ("types", "has_pin", "has_scan", "reason"),
    [
        (["REMOTE_PLUS_PHONE"], False, False, "pin_required"),
        (["REMOTE_PLUS_PHONE"], False, True, "pin_required"),
        (["SCAN"], False, False, "scan_required"),
        (["SCAN"], True, False, "scan_required"),
        (["SCAN_PLUS_PHONE"], False, False, "scan_required"),
        (["SCAN_PLUS_PHONE"], True, False, "scan_required"),
        (["SCAN_PLUS_PHONE"], False, True, "pin_required"),
        (["CARD", "PASSCODE"], True, True, "auth_type_not_allowed"),
        ([], True, True, "auth_type_not_allowed"),
        (["CARD", "SCAN"], False, False, "scan_required"),
    ],
)
def test_says_which_proof_is_missing(types, has_pin, has_scan, reason):
    assert decided(by(*types), has_pin=has_pin, has_scan=has_scan) == Decision(False, reason)


# -- one after the other


LADDER = [  # each fails one check, and passes those before it
    (NOT_MEANT, "wrong_role"),
    (REVOKED, "invite_revoked"),
    (TOO_EARLY, "not_yet_valid"),
    (ON_A_BLACKOUT, "blackout_date"),
    (BY_CARD_ONLY, "auth_type_not_allowed"),
]
FAILING: list[dict[str, Any]] = [
    {"holders": NOT_MEANT.holders},
    {"standing": REVOKED.standing},
    {"valid_from": TOO_EARLY.valid_from},
    {"house_rules": ON_A_BLACKOUT.house_rules, "schedule": ANOTHER_HOUR.schedule},
    {"doors": BY_CARD_ONLY.doors},
]


@pytest.mark.parametrize("first", range(5))
def test_says_the_first_thing_that_is_missing(first):
    changes: dict[str, Any] = {}
    for change in FAILING[first:]:
        changes |= change
    assert decided(replace(RIGHT, **changes)) == Decision(False, LADDER[first][1])


def test_house_rules_come_before_the_schedule():
    assert decided(replace(AT_CURFEW, schedule=ANOTHER_HOUR.schedule)).reason == "curfew"
    assert decided(ANOTHER_HOUR).reason == "outside_schedule"


@pytest.mark.parametrize("farthest", range(5))
def test_says_the_reason_of_the_right_that_came_farthest(farthest):
    rights = [right for right, _ in LADDER[: farthest + 1]]
    assert decided(*rights) == decided(*reversed(rights)) == Decision(False, LADDER[farthest][1])


def test_one_right_is_enough():
    assert decided(NOT_MEANT, EXPIRED, RIGHT, TOO_EARLY, BY_CARD_ONLY).allowed


def test_rights_do_not_add_up():
    elsewhere = replace(RIGHT, doors={("garage", "in"): frozenset(["REMOTE"])})
    assert not decided(NOT_MEANT, elsewhere, BY_CARD_ONLY).allowed


# -- holds


def test_a_door_held_closed_opens_for_nobody():
    assert decided(RIGHT, is_held_closed=True) == Decision(False, "held_closed")
    assert decided(EXPIRED, RIGHT, is_held_closed=True) == Decision(False, "held_closed")


@pytest.mark.parametrize(("right", "reason"), LADDER)
def test_whoever_may_not_open_is_not_told_of_the_hold(right, reason):
    assert decided(right, is_held_closed=True) == Decision(False, reason)


# -- always

MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(8999, 12, 30), timezones=st.just(UTC))
WORDS = st.sampled_from(["alice", "lobby", *MEANS, "CARD", ""]) | st.text(max_size=3)
DIRECTIONS = st.sampled_from(["in", "out"])
STANDINGS = ["invite_revoked", "invite_disabled", "uses_exhausted"]
RULES = st.builds(
    HouseRules,
    st.sampled_from(["UTC", "Europe/Lisbon", "Pacific/Kiritimati"]),
    st.lists(st.builds(Curfew, st.times(), st.times()), max_size=2).map(tuple),
    st.none() | st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(), max_size=2),
)
TEXTS = st.sampled_from(["", MORNINGS]) | st.text(max_size=20)
RIGHTS = st.builds(
    Right,
    holders=st.frozensets(WORDS, max_size=2),
    doors=st.dictionaries(st.tuples(WORDS, DIRECTIONS), st.frozensets(WORDS), max_size=2),
    standing=st.just("") | st.sampled_from(STANDINGS),
    valid_from=st.none() | MOMENTS,
    valid_to=st.none() | MOMENTS,
    schedule=st.none() | st.builds(Schedule, TEXTS, TEXTS, st.sampled_from(["UTC", "Mars/Olympus", ""])),
    house_rules=st.none() | RULES,
)
QUESTIONS = st.builds(Asked, WORDS, WORDS, DIRECTIONS, st.booleans(), st.booleans())
REASONS = {
    *("wrong_role", *STANDINGS, "not_yet_valid", "invite_expired", "blackout_date", "curfew", "outside_schedule"),
    *("pin_required", "scan_required", "auth_type_not_allowed", "held_closed"),
}


@given(st.lists(RIGHTS, max_size=4), QUESTIONS, MOMENTS, st.booleans())
def test_always_decides_and_always_says_why(rights: Iterable[Right], asked: Asked, now: datetime, closed: bool):
    decision = decide(rights, asked, now=now, is_held_closed=closed)
    assert decision.reason == "" if decision.allowed else decision.reason in REASONS
    assert bool(decision.auth_type) is decision.allowed


@given(st.lists(RIGHTS, max_size=3), RIGHTS, QUESTIONS, MOMENTS)
def test_one_more_right_never_takes_away(rights: list[Right], more: Right, asked: Asked, now: datetime):
    assert decide([*rights, more], asked, now=now).allowed >= decide(rights, asked, now=now).allowed


@given(RIGHTS, QUESTIONS, MOMENTS)
def test_never_allows_what_the_right_does_not_say(right: Right, asked: Asked, now: datetime):
    decision = decide([right], asked, now=now)
    if decision.allowed:
        assert right.valid_from is None or right.valid_from <= now
        assert right.valid_to is None or now < right.valid_to
        assert asked.holder in right.holders and not right.standing
        assert decision.auth_type in right.doors[asked.door, asked.direction]
        assert decision.auth_type in MEANS


@given(st.lists(RIGHTS, max_size=3), QUESTIONS, MOMENTS)
def test_never_allows_at_a_door_that_is_held_closed(rights: list[Right], asked: Asked, now: datetime):
    assert not decide(rights, asked, now=now, is_held_closed=True).allowed
