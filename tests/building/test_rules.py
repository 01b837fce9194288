from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitor_portal.building.rules import Decision, Right, decide

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RIGHT = Right(
    users=frozenset(["alice", "bob"]),
    doors={
        ("lobby", "in"): frozenset(["REMOTE", "KEY"]),
        ("lobby", "out"): frozenset(["KEY"]),
        ("garage", "in"): frozenset(["KEY"]),
    },
    valid_from=NOON,
    valid_to=NOON + timedelta(hours=1),
)
EXPIRED = replace(RIGHT, valid_from=None, valid_to=NOON)
TOO_EARLY = replace(RIGHT, valid_from=NOON + SECOND)
BY_KEY_ONLY = replace(RIGHT, doors={("lobby", "in"): frozenset(["KEY"])})
NOT_MEANT = replace(RIGHT, users=frozenset(["mallory"]))


def decided(*rights: Right, **changes) -> Decision:
    asked: dict[str, Any] = {
        "user": "alice",
        "door": "lobby",
        "direction": "in",
        "auth_type": "REMOTE",
        "now": NOON,
    } | changes
    return decide(rights, **asked)


def test_allows_what_the_right_says():
    assert decided(RIGHT) == Decision(True, "")


@pytest.mark.parametrize("user", ["alice", "bob", "mallory", ""])
@pytest.mark.parametrize("door", ["lobby", "garage", "cellar", ""])
@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize("auth_type", ["REMOTE", "KEY", "PHONE"])
def test_every_part_of_the_question_counts(user, door, direction, auth_type):
    allowed = {
        ("lobby", "in", "REMOTE"),
        ("lobby", "in", "KEY"),
        ("lobby", "out", "KEY"),
        ("garage", "in", "KEY"),
    }
    expected = user in ("alice", "bob") and (door, direction, auth_type) in allowed
    assert decided(RIGHT, user=user, door=door, direction=direction, auth_type=auth_type).allowed is expected


@pytest.mark.parametrize(
    ("after_start", "reason"),
    [(-1, "not_yet_valid"), (0, ""), (1, ""), (3599, ""), (3600, "invite_expired"), (3601, "invite_expired")],
)
def test_the_window_holds_its_start_and_not_its_end(after_start, reason):
    assert decided(RIGHT, now=NOON + after_start * SECOND) == Decision(not reason, reason)


@pytest.mark.parametrize("days", [-100_000, 0, 100_000])
def test_a_right_without_a_window_always_holds(days):
    assert decided(replace(RIGHT, valid_from=None, valid_to=None), now=NOON + timedelta(days=days)).allowed


def test_a_window_of_no_length_never_holds():
    assert not decided(replace(RIGHT, valid_from=NOON, valid_to=NOON)).allowed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user": "mallory"}, "wrong_role"),
        ({"door": "cellar"}, "wrong_role"),
        ({"door": "garage", "direction": "out"}, "wrong_role"),
        ({"auth_type": "PHONE"}, "auth_type_not_allowed"),
        ({"auth_type": "PHONE", "now": NOON - SECOND}, "auth_type_not_allowed"),
        ({"user": "mallory", "auth_type": "PHONE"}, "wrong_role"),
    ],
)
def test_says_the_first_thing_that_is_missing(changes, reason):
    assert decided(RIGHT, **changes) == Decision(False, reason)


def test_nobody_without_a_right():
    assert decided() == Decision(False, "wrong_role")


@pytest.mark.parametrize(
    ("rights", "reason"),
    [
        ([NOT_MEANT, BY_KEY_ONLY, TOO_EARLY, EXPIRED], "invite_expired"),
        ([NOT_MEANT, BY_KEY_ONLY, TOO_EARLY], "not_yet_valid"),
        ([NOT_MEANT, BY_KEY_ONLY], "auth_type_not_allowed"),
        ([NOT_MEANT], "wrong_role"),
    ],
)
def test_says_the_reason_of_the_nearest_right(rights, reason):
    assert decided(*rights) == decided(*reversed(rights)) == Decision(False, reason)


def test_one_right_is_enough():
    assert decided(NOT_MEANT, EXPIRED, RIGHT, TOO_EARLY, BY_KEY_ONLY).allowed


def test_rights_do_not_add_up():
    elsewhere = replace(RIGHT, doors={("garage", "in"): frozenset(["REMOTE"])})
    assert not decided(NOT_MEANT, elsewhere, BY_KEY_ONLY).allowed


MOMENTS = st.datetimes(timezones=st.just(UTC))
WORDS = st.sampled_from(["alice", "lobby", "REMOTE", "KEY", ""]) | st.text(max_size=3)
RIGHTS = st.builds(
    Right,
    users=st.frozensets(WORDS, max_size=2),
    doors=st.dictionaries(st.tuples(WORDS, st.sampled_from(["in", "out"])), st.frozensets(WORDS), max_size=2),
    valid_from=st.none() | MOMENTS,
    valid_to=st.none() | MOMENTS,
)
QUESTIONS = st.fixed_dictionaries(
    {
        "user": WORDS,
        "door": WORDS,
        "direction": st.sampled_from(["in", "out"]),
        "auth_type": WORDS,
        "now": MOMENTS,
    }
)
REASONS = {"wrong_role", "auth_type_not_allowed", "not_yet_valid", "invite_expired"}


@given(st.lists(RIGHTS, max_size=4), QUESTIONS)
def test_always_decides_and_always_says_why(rights: Iterable[Right], question):
    decision = decide(rights, **question)
    assert decision.reason == "" if decision.allowed else decision.reason in REASONS


@given(st.lists(RIGHTS, max_size=3), RIGHTS, QUESTIONS)
def test_one_more_right_never_takes_away(rights: list[Right], more: Right, question):
    assert decide([*rights, more], **question).allowed >= decide(rights, **question).allowed


@given(RIGHTS, QUESTIONS)
def test_never_allows_outside_the_window(right: Right, question):
    now = question["now"]
    if decide([right], **question).allowed:
        assert right.valid_from is None or right.valid_from <= now
        assert right.valid_to is None or now < right.valid_to
        assert question["user"] in right.users
        assert question["auth_type"] in right.doors[question["door"], question["direction"]]
