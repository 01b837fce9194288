"""By what means a door opens: one that is proved suffices, and what is missing is named."""

from dataclasses import replace
from itertools import combinations

import pytest

from visitor_portal.building.rules import Decision, Right

from .deciding import MEANS, RIGHT, decided

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
