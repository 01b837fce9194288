"""A line of writing within a visit: what is left of a text, and how much one side may write.

The building keeps to this for every visit of its own; the portal does for an upstream that says nothing of it.
"""

import unicodedata
from datetime import timedelta

LONGEST = 200  # characters
PAUSE = timedelta(seconds=10)
MOST = 5  # of one side, in one visit
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}  # control, format and bidi, private, surrogates, separators
_JOINERS = {"\u200c", "\u200d"}  # Persian and emoji need them


def plain(text: str) -> str:
    """What is left of a text when nothing in it can hide or turn the rest around."""
    seen = (" " if c in "\r\n\t" else c for c in unicodedata.normalize("NFC", text))
    kept = "".join(c for c in seen if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    return " ".join(word for word in kept.split() if not _JOINERS.issuperset(word))
