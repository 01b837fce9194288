"""Tokens do not reach the log; enough to tell two visits apart does."""

import logging
import sys

import pytest

from visitor_portal.logs import Redact, fingerprint, redact, redact_path

TOKEN = "mZ3k-Q9_vX2bT7wLpR4sN8"
ULID = "01JABCDEFGHJKMNPQRSTVWXYZ0"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/", "/"),
        ("/static/css/portal.0123456789ab.css", "/static/css/portal.0123456789ab.css"),
        (f"/invite/{TOKEN}", f"/invite/{fingerprint(TOKEN)}"),
        (f"/s/{ULID}/status?x={TOKEN}", f"/s/{fingerprint(ULID)}/status"),
        (f"/invite/{TOKEN}.", f"/invite/{fingerprint(TOKEN)}."),
        (f"/invite/%6D{TOKEN[1:]}", f"/invite/{fingerprint(TOKEN)}"),
        ("/p/short-door-name", "/p/short-door-name"),
        ("/a%0AGET /b", "/a%0AGET%20/b"),
    ],
)
def test_redacts_paths(path: str, logged: str):
    assert redact_path(path) == logged


def test_a_fingerprint_is_short_and_the_same_each_time():
    assert fingerprint(TOKEN) == fingerprint(TOKEN) != fingerprint(ULID)
    assert len(fingerprint(TOKEN)) == 9


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        (f"Not Found: /invite/{TOKEN}", f"Not Found: /invite/{fingerprint(TOKEN)}"),
        (f"GET http://a/s/{ULID}/x?t={TOKEN} 200", f"GET http://a/s/{fingerprint(ULID)}/x?… 200"),
        (f"<Request uri=b'/p/{ULID}'>", f"<Request uri=b'/p/{fingerprint(ULID)}'>"),
        (
            'File "/home/a-very-long-folder-name/x.py", line 1',
            'File "/home/a-very-long-folder-name/x.py", line 1',
        ),
        ("seen in /srv/a_rather_long_module_name.py:3", "seen in /srv/a_rather_long_module_name.py:3"),
        ("Is it open? Yes", "Is it open? Yes"),
    ],
)
def test_redacts_text(line: str, logged: str):
    assert redact(line) == logged


def test_redacts_arguments_and_tracebacks():
    try:
        raise ValueError(f"no such session: /s/{ULID}")
    except ValueError:
        raised = sys.exc_info()
    record = logging.LogRecord("a", logging.ERROR, "x.py", 1, "Error: %s", (f"/s/{ULID}",), raised)
    written = Redact("%(message)s").format(record)
    assert ULID not in written
    assert written.count(fingerprint(ULID)) == 2
    assert "Traceback" in written


def test_every_handler_redacts(settings):
    formatters = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert all(settings.LOGGING["formatters"][f]["class"] == "visitor_portal.logs.Redact" for f in formatters)
