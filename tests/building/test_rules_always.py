"""What holds of every decision, whatever the rights and the question."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from visitor_portal.building.curfew import Curfew, HouseRules
from visitor_portal.building.rules import Asked, Right, decide
from visitor_portal.building.schedule import Schedule

from .deciding import (
    MEANS,
    MORNINGS,
)

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
