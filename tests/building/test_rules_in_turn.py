"""One check after the other: the reason that is said, of one right and of several, and of a door held closed."""

from dataclasses import replace
from typing import Any

import pytest

from visitor_portal.building.rules import Decision

from .deciding import (
    ANOTHER_HOUR,
    AT_CURFEW,
    BY_CARD_ONLY,
    EXPIRED,
    NOT_MEANT,
    ON_A_BLACKOUT,
    REVOKED,
    RIGHT,
    TOO_EARLY,
    decided,
)

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
