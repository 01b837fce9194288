"""Phrases that travel by their keys, so that each side reads them in its own language.

The first four of a side are shown at once. A key stays what it is for ever: another building may say it, too.
"""

import re

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from visitor_portal.lines import LONGEST, plain

FIRST = 4
CALLER: dict[str, str] = {
    "i_am_here": gettext_noop("I'm at the door"),
    "delivery": gettext_noop("A delivery for you"),
    "only_writing": gettext_noop("I can't talk, please write"),
    "which_floor": gettext_noop("Which floor, please?"),
    "left_at_door": gettext_noop("I left it at the door"),
    "need_signature": gettext_noop("I need a signature"),
    "come_back_later": gettext_noop("I'll come back later"),
    "thank_you": gettext_noop("Thank you"),
}
CALLEE: dict[str, str] = {
    "on_my_way": gettext_noop("On my way down"),
    "one_moment": gettext_noop("One moment, please"),
    "leave_at_door": gettext_noop("Please leave it at the door"),
    "come_up": gettext_noop("Please come up"),
    "second_floor": gettext_noop("Second floor"),
    "not_home": gettext_noop("I'm not at home"),
    "wrong_flat": gettext_noop("Wrong flat"),
    "no_thanks": gettext_noop("No, thank you"),
}
_ALL = CALLER | CALLEE
_KEY = re.compile(r"[a-z0-9_.:-]{1,40}")


def of(role: str) -> dict[str, str]:
    """This side's phrases, in the language at hand."""
    return {key: gettext(sentence) for key, sentence in (CALLEE if role == "callee" else CALLER).items()}


def sentence(key: str) -> str:
    """What it says, in the language at hand. Empty for a key that nobody knows."""
    return gettext(_ALL[key]) if key in _ALL else ""


def in_house_language(key: str) -> str:
    """For whoever reads the text alone: an upstream that knows no keys, and phones that are older than a phrase."""
    with override(settings.LANGUAGE_CODE):
        return sentence(key)


def said(text: str | None, phrase: str | None) -> str:
    """A line as it is read: in the reader's language where it is a phrase that we know, else as it was written.

    A key that nobody here knows says nothing to people: it is not shown, unless it reads like words.
    """
    if known := sentence(phrase or ""):
        return known
    worded = phrase if phrase and not _KEY.fullmatch(phrase) else ""
    return plain(text or worded or "")[:LONGEST]
