"""What each side reads, state by state: never more than is known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from visitor_portal.live.status import Status
from visitor_portal.live.words import words
from visitor_portal.public_access.wire import Localized, Message, Opening, Ring, Session, Writing
from visitor_portal.roles import Role, RoleName

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def read(role: RoleName, state: str, **facts: Any) -> str:
    """Title and text that this side reads."""
    known: dict[str, Any] = {
        "session_id": "x",
        "state": state,
        "role": role,
        "call_target_display_name": Localized("Weber"),
        "expires_at": NOW + timedelta(seconds=30),
        "now": NOW,
        "version": 1,
    }
    said = words(Status(Session(**known | facts), Role(role, "x", "secret"), "en"))
    return f"{said.title} | {said.text}"


OPEN = {"door_opened": True, "door_open_until": NOW + timedelta(seconds=5)}
ANSWERED = {"answered_at": NOW}


@pytest.mark.parametrize(
    ("state", "facts", "title"),
    [
        ("pending", {}, "Calling Weber"),
        ("ringing", {}, "Ringing Weber"),
        ("active", {}, "Weber answered"),
        ("accepted", OPEN, "The door is open"),
        ("accepted", {"door_opened": True}, "The door was opened"),
        ("declined", {}, "Weber can't take the visit now"),
        ("declined", ANSWERED, "The call has ended"),
        ("cancelled", {}, "You ended the call"),
        ("expired", {}, "No answer"),
        ("expired", ANSWERED, "The call has ended"),
        ("failed", {}, "The call could not be made"),
        ("something-new", {}, "The visit is under way"),
    ],
)
def test_the_visitor_reads(state: str, facts: dict[str, Any], title: str) -> None:
    assert read("caller", state, **facts).startswith(f"{title} |")


@pytest.mark.parametrize(
    ("state", "facts", "title"),
    [
        ("pending", {}, "Somebody is at the door"),
        ("ringing", {}, "Somebody is at the door"),
        ("active", {}, "You answered"),
        ("active", {"answered_by": "Maja"}, "Maja answered"),
        ("declined", {"answered_by": "Maja"}, "Maja declined"),
        ("accepted", OPEN, "The door is open"),
        ("declined", {}, "You declined"),
        ("declined", ANSWERED, "You hung up"),
        ("cancelled", {}, "The visitor ended the call"),
        ("expired", {}, "Missed"),
        ("expired", ANSWERED, "The call has ended"),
        ("failed", {}, "The call could not be connected"),
        ("something-new", {}, "The visit is under way"),
    ],
)
def test_the_resident_reads(state: str, facts: dict[str, Any], title: str) -> None:
    assert read("callee", state, **facts).startswith(f"{title} |")


def test_a_phone_counts_when_it_showed_the_ring() -> None:
    assert "It rings on 2 phones. 5 phones were told." in read("caller", "ringing", ring=Ring(5, 5, 2, 0))
    assert read("caller", "ringing", ring=Ring(2, 2, 2, 0)).count("phones") == 1
    assert "3 phones were told. None has shown the call yet." in read("caller", "pending", ring=Ring(0, 3, 0, 0))
    assert "No phone has shown the call yet." in read("caller", "pending", ring=Ring(0, 0, 0, 0))
    assert "No phone could be told." in read("caller", "pending", callees_notified=False)


@pytest.mark.parametrize(
    ("opening", "text"),
    [
        (Opening("unknown"), "gave no answer"),
        (Opening("sent"), "was asked to open"),
        (Opening("refused"), "did not open"),
    ],
)
@pytest.mark.parametrize("role", ["caller", "callee"])
def test_an_opening_that_did_not_end_well_is_said(role: RoleName, opening: Opening, text: str) -> None:
    said = read(role, "active", opening=opening)
    assert text in said and "is open" not in said


@pytest.mark.parametrize("role", ["caller", "callee"])
def test_a_door_that_nobody_saw_move_is_not_called_open(role: RoleName) -> None:
    said = read(role, "accepted", opening=Opening("confirmed", seen_open=False), **OPEN)
    assert "Nothing shows yet that it moved" in said and "is open" not in said


def test_an_upstream_without_the_doors_time_is_believed_that_it_opened() -> None:
    assert "The door was opened | Come in" in read("caller", "accepted", version=None, now=None)


def test_a_state_that_nobody_knows_is_over_when_its_time_is() -> None:
    assert read("caller", "something-new", expires_at=NOW - timedelta(seconds=1)).startswith("No answer")


@pytest.mark.parametrize(("late", "title"), [(59, "Ringing"), (61, "No answer")])
def test_an_upstream_that_forgot_a_ring_is_not_waited_for(late: int, title: str) -> None:
    assert read("caller", "ringing", expires_at=NOW - timedelta(seconds=late)).startswith(title)


def test_a_talk_goes_on_past_the_time_of_its_ring() -> None:
    assert "answered" in read("caller", "active", expires_at=NOW - timedelta(minutes=5))


def test_a_visit_without_a_name_has_words() -> None:
    assert read("caller", "pending", call_target_display_name=None).startswith("Calling the residents")


# -- what is written

OURS, THEIRS = Message("1", "caller", "Hello"), Message("2", "callee", "Yes?")
OPEN_TO_WORDS = {"created_at": NOW - timedelta(seconds=11), "writing": Writing(5, True)}


@pytest.mark.parametrize(
    ("seconds", "ring", "text"),
    [
        (9.9, Ring(), "No phone has shown the call yet."),
        (10, Ring(), "No phone has shown the call so far."),
        (30, Ring(0, 2, 0, 0), "2 phones were told. None has shown the call yet."),
    ],
)
def test_after_ten_seconds_without_a_phone_it_says_so(seconds: float, ring: Ring, text: str) -> None:
    began = {"created_at": NOW - timedelta(seconds=seconds), "writing": Writing(5, True)}
    assert read("caller", "pending", ring=ring, **began).endswith(text)


def test_an_upstream_that_says_no_beginning_is_never_late() -> None:
    assert "yet" in read("caller", "pending", writing=Writing(5), created_at=None)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "No phone rings. They read what you write on their own page."),
        ({"messages": (OURS,)}, "No phone has shown your message yet. This page says so when one does."),
        ({"messages": (OURS,), "ring": Ring(1, 0, 1, 0)}, "Your message shows on a phone there."),
        ({"messages": (OURS,), "ring": Ring(1, 0, 1, 1)}, "Somebody has opened your message."),
        ({"messages": (OURS, THEIRS)}, "They answered you."),
    ],
)
@pytest.mark.parametrize("state", ["pending", "ringing"])
def test_who_only_writes_reads_how_far_it_came(state: str, facts: dict[str, Any], text: str) -> None:
    assert read("caller", state, mode="message", **OPEN_TO_WORDS | facts) == f"Write to Weber | {text}"


@pytest.mark.parametrize("role", ["caller", "callee"])
@pytest.mark.parametrize("state", ["declined", "cancelled", "expired"])
def test_a_conversation_ends_as_one(role: RoleName, state: str) -> None:
    assert read(role, state, mode="message").startswith("The conversation has ended |")


def test_who_is_only_written_to_is_not_asked_to_answer_a_call() -> None:
    assert "did not ring" in read("callee", "pending", mode="message")


def test_nobody_picked_up_is_not_said_of_those_who_wrote() -> None:
    assert read("caller", "expired", messages=(THEIRS,)) == (
        "The call has ended | Nobody picked up, but they wrote to you."
    )
    assert read("caller", "expired", messages=(OURS,)).startswith("No answer")
