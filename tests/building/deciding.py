"""A question about a door, a right that answers it, and rights that fail in one way each."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from visitor_portal.building.curfew import Curfew, HouseRules
from visitor_portal.building.rules import Asked, Decision, Right, decide
from visitor_portal.building.schedule import Schedule

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
SECOND = timedelta(seconds=1)
MEANS = ("REMOTE", "REMOTE_PLUS_PHONE", "SCAN", "SCAN_PLUS_PHONE")
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
