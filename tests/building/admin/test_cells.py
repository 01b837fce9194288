"""A spreadsheet that opens what the desk exports runs nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visitor_portal.building.admin.cells import plain, safe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_looks_like_a_formula_gets_an_apostrophe(start):
    assert safe(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["", "Okafor & Lindqvist", "12", "O'Brien", "'s-Hertogenbosch", "a=b", "2-4"])
def test_anything_else_stays_as_it_is(text):
    assert safe(text) == text == plain(text)


@given(st.text())
@example("'=x")
@example("''=x")
@example("'")
def test_it_is_undone_on_the_way_in(text):
    assert plain(safe(text)) == text
    assert not safe(text).startswith(("=", "+", "-", "@"))
