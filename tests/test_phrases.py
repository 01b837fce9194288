"""Phrases by key: each side reads its own language, and a key that nobody knows is not shown."""

import re
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from visitor_portal import phrases
from visitor_portal.lines import LONGEST


def test_each_side_has_a_handful_and_four_come_first():
    for side in ("caller", "callee"):
        found = phrases.of(side)
        assert 6 <= len(found) <= 8 and len(set(found.values())) == len(found)
    assert not set(phrases.CALLER) & set(phrases.CALLEE)


@pytest.mark.parametrize("key", [*phrases.CALLER, *phrases.CALLEE])
def test_a_key_fits_the_wire_and_its_sentence_fits_a_line(key):
    assert re.fullmatch(r"[a-z_]{1,40}", key)
    assert 0 < len(phrases.sentence(key)) <= 40


def test_a_phrase_is_read_in_the_language_at_hand(monkeypatch):
    german: Any = trans_real.translation("de")
    monkeypatch.setitem(german._catalog._catalogs[0], "On my way down", "Ich komme herunter")
    with translation.override("de"):
        assert phrases.said(None, "on_my_way") == "Ich komme herunter"
        assert phrases.in_house_language("on_my_way") == "On my way down"


@pytest.mark.parametrize(
    ("text", "phrase", "said"),
    [
        ("On my way", "on_my_way", "On my way down"),  # the key counts: it is in the reader's language
        ("Bin gleich da", "be_right_there", "Bin gleich da"),  # of a newer building
        (None, "be_right_there", ""),
        (None, "door.left:open-2", ""),
        (None, "Bin gleich da", "Bin gleich da"),  # words in the wrong place are words all the same
        (None, "\u202e<b>x y</b>", "<b>x y</b>"),
        ("", None, ""),
        ("x\u202egnp.exe\u0000", None, "xgnp.exe"),
        ("a" * 900, None, "a" * LONGEST),
    ],
)
def test_what_a_line_of_any_upstream_says(text, phrase, said):
    assert phrases.said(text, phrase) == said
