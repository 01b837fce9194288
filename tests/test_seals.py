"""Form tokens."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from visitor_portal import seals


def test_gives_the_nonce_back() -> None:
    token = seals.mint("open", "a session", "callee")
    assert len(seals.nonce(token, "open", "a session", "callee")) == 22
    assert token != seals.mint("open", "a session", "callee")


@pytest.mark.parametrize("about", [("open", "another"), ("call", "a session"), ("open",), ("open", "a", "session")])
def test_is_about_one_thing(about: tuple[str, ...]) -> None:
    with pytest.raises(seals.BadSeal):
        seals.nonce(seals.mint("open", "a session"), *about)


def test_ages() -> None:
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        token = seals.mint("open", "x")
        clock.shift(seals.OPEN_AGE - 1)
        seals.nonce(token, "open", "x", max_age=seals.OPEN_AGE)
        clock.shift(2)
        with pytest.raises(seals.OldSeal):
            seals.nonce(token, "open", "x", max_age=seals.OPEN_AGE)


@given(st.text())
def test_nothing_else_is_a_seal(junk: str) -> None:
    with pytest.raises(seals.BadSeal):
        seals.nonce(junk, "open", "x")
