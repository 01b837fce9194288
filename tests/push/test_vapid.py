"""The key by which push services know us."""

import os
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.serving import ROOT
from visitor_portal.environment import envsubject
from visitor_portal.push import vapid

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def start(home: Path) -> "subprocess.Popen[str]":
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(home)}
    return subprocess.Popen(
        [sys.executable, "manage.py", "vapid"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )


def test_two_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    said = [process.communicate(timeout=60)[0] for process in [start(tmp_path) for _ in range(3)]]
    assert len(set(said)) == 1 and len(said[0].strip()) == 87
    assert stat.S_IMODE((tmp_path / "vapid_key").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"vapid_key", "secret_key"}


def test_the_public_half_is_printed_and_no_more(settings: Any) -> None:
    settings.PUSH_VAPID_KEY = KEY
    out = StringIO()
    call_command("vapid", stdout=out)
    assert out.getvalue().strip() == vapid.public_key() and KEY not in out.getvalue()


@pytest.mark.parametrize(
    ("base", "subject"),
    [
        ("https://door.example.com", "https://door.example.com"),
        ("https://door.example.com:8443", "https://door.example.com"),
        ("http://localhost:8000", "mailto:visitor-portal@localhost"),
        ("https://portal.local", "mailto:visitor-portal@localhost"),
        ("https://192.0.2.7", "mailto:visitor-portal@localhost"),
    ],
)
def test_without_a_setting_the_subject_is_the_site(monkeypatch: pytest.MonkeyPatch, base: str, subject: str) -> None:
    monkeypatch.delenv("PUSH_SUBJECT", raising=False)
    assert envsubject("PUSH_SUBJECT", base) == subject


def test_each_service_gets_a_signature_of_its_own(settings: Any) -> None:
    settings.PUSH_VAPID_KEY = KEY
    one, again, other = (vapid.authorization(f"https://{name}.example.com") for name in ("one", "one", "other"))
    assert one == again != other
