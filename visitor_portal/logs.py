"""Log lines that name no token: whoever reads the log can tell two visits apart and can open neither."""

import hashlib
import logging
import re
from urllib.parse import quote, unquote

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
# In free text: file names of a traceback stay; a query goes; tokens go wherever a path holds them.
_IN_TEXT = re.compile(
    r"""(?P<file>File\ "[^"\n]*")
    |(?P<query>\?[^\s"'<>=]*=[^\s"'<>]*)
    |(?<=/)(?P<token>[A-Za-z0-9_-]{16,}+)(?!\.py\b)""",
    re.VERBOSE,
)


def fingerprint(token: str) -> str:
    """The same eight digits for the same token, and no way back."""
    return "#" + hashlib.sha256(token.encode()).hexdigest()[:8]


def redact_path(path: str) -> str:
    """A request's path for the log: decoded once, tokens replaced, the query dropped, still one line."""
    plain = unquote(path.partition("?")[0])
    return quote(_TOKEN.sub(lambda found: fingerprint(found[0]), plain), safe="/#@:+,;=~!$&'()*")


def redact(text: str) -> str:
    """Free text for the log: the paths in it without tokens and without queries."""
    return _IN_TEXT.sub(_replaced, text)


def _replaced(found: re.Match[str]) -> str:
    if found["token"]:
        return fingerprint(found["token"])
    return "?…" if found["query"] else found[0]


class Redact(logging.Formatter):
    """Redacts the finished line, so that a traceback and an exception's own words are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
