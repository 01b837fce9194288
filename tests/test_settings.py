"""Settings read in a fresh namespace for each environment."""

import re
import runpy
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "visitor_portal" / "settings.py"
READ = {
    *re.findall(r"\benv[a-z]+\(\s*\"([A-Z_]+)\"", FILE.read_text()),
    *("SECRET_KEY_FILE", "PUSH_VAPID_KEY_FILE"),  # made from the names of what they hold
}
EXAMPLE = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No variable of ours is set, and what is kept is kept here."""
    for name in READ:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return tmp_path


def read() -> dict[str, Any]:
    return {name: value for name, value in runpy.run_path(str(FILE)).items() if name.isupper()}


def test_runs_with_no_environment_at_all(home: Path):
    settings = read()
    assert settings["DEBUG"] is False
    assert settings["PUBLIC_BASE_URL"] == "http://localhost:8000"
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "yes"),
        ("ACCESS_LOG", "0"),
        ("BEHIND_PROXY", "true"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("RING_SECONDS", "1.5"),
        ("TALK_SECONDS", "5"),
        ("PUBLIC_BASE_URL", "door.example.com"),
        ("PUBLIC_BASE_URL", "https://door.example.com?x=1"),
        ("PUBLIC_BASE_URL", "https://door.example.com:99999"),
        ("PUBLIC_ACCESS_URL", "ftp://building.example.com"),
        ("PUBLIC_ACCESS_URL", "https://[building"),
        ("SECRET_KEY", "short"),
        ("ICE_SERVERS", "turn:turn.example.com"),
        ("ICE_SERVERS", '{"urls": "turn:turn.example.com"}'),
        ("ICE_SERVERS", '[{"url": "turn:turn.example.com"}]'),
        ("STUN_SERVERS", "stun.example.com"),
        ("STUN_SERVERS", "stun://stun.example.com"),
        ("STUN_SERVERS", "turn:turn.example.com"),
        ("STUN_SERVERS", "stun:one.example.com, stun:"),
        ("TURN_URLS", "https://turn.example.com"),
        ("TURN_URLS", "turns://turn.example.com"),
        ("TURN_URLS", "turn:turn.example.com, stun:turn.example.com"),
        ("TURN_SECONDS", "59"),
        ("TURN_SECONDS", "86401"),
        ("TURN_SECONDS", "ten minutes"),
        ("DATABASE_URL", "oracle9://scott:tiger@localhost/x"),
        ("DATABASE_URL", "postgres://u:p@localhost:port/x"),
        ("LOG_LEVEL", "LOUD"),
        ("SMS_BACKEND", "HttpGateway"),
        ("EMAIL_BACKEND", "no such.Backend"),
        ("SMS_PER_DAY", "0"),
        ("CAMERA_SNAPSHOT_URL", "http://camera.example/shot.jpg"),
        ("CAMERA_SNAPSHOT_URL", "http://{device_id}.camera.example/shot.jpg"),
        ("CAMERA_STREAM_URL", "rtsp://camera.example/{device_id}"),
        ("CAMERA_STREAM_URL", "http://camera.example/{device_id}?src={device_id}"),
        ("CAMERA_WEBRTC_URL", "http://camera.example/#{device_id}"),
        ("CAMERA_STREAMS", "many"),
        ("PUSH_VAPID_KEY", "x"),
        ("PUSH_VAPID_KEY", "A" * 43),
        ("PUSH_VAPID_KEY", "_" * 43),
        ("PUSH_VAPID_KEY", "é" * 43),
        ("PUSH_SUBJECT", "ops@example.com"),
        ("PUSH_SUBJECT", "mailto:ops@localhost"),
        ("PUSH_SUBJECT", "mailto:ops@portal.local"),
        ("PUSH_SUBJECT", "mailto:@example.com"),
        ("PUSH_SUBJECT", "mailto:ops@192.0.2.1"),
        ("PUSH_SUBJECT", "https://localhost"),
        ("PUSH_SUBJECT", "http://door.example.com"),
        ("PUSH_HOSTS", "https://push.example.com"),
        ("PUSH_HOSTS", "push.example.com:0"),
        ("PUSH_HOSTS", "push.example.com/x"),
    ],
)
def test_a_value_that_cannot_be_right_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} must .*\.$"):
        read()


def test_a_gateway_without_an_address_is_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SMS_BACKEND", "visitor_portal.building.sms.HttpGateway")
    with pytest.raises(ImproperlyConfigured, match="SMS_URL must be the address of the SMS gateway"):
        read()


def test_turn_without_its_secret_is_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TURN_URLS", "turn:turn.example.com")
    with pytest.raises(ImproperlyConfigured, match="^TURN_SECRET must be the static-auth-secret of the servers in"):
        read()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "PORT must be a whole number"),
        ("STUN_SERVERS", "stun.example.com", "STUN_SERVERS must name each server as stun:host or stuns:host"),
        ("TURN_URLS", "turn.example.com", "TURN_URLS must name each server as turn:host or turns:host"),
        ("TURN_SECONDS", "5", "TURN_SECONDS must be a whole number from 60 to 86400"),
    ],
)
def test_and_stops_the_start(tmp_path: Path, name: str, value: str, words: str):
    stopped = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={"VAR_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.returncode == 1
    assert words in stopped.stderr.splitlines()[-1]


def test_an_empty_variable_is_none(home: Path, monkeypatch: pytest.MonkeyPatch):
    bare = read()
    for name in READ - {"VAR_DIR"}:
        monkeypatch.setenv(name, " ")
    assert read() == bare


def test_the_key_is_made_once_for_its_owner_alone(home: Path):
    key = read()["SECRET_KEY"]
    assert read()["SECRET_KEY"] == key
    assert len(key) >= 50
    assert {f.name for f in home.iterdir()} == {"secret_key", "vapid_key"}
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_the_key_may_stand_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / "mounted").write_text("m" * 50 + "\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(home / "mounted"))
    assert read()["SECRET_KEY"] == "m" * 50
    monkeypatch.setenv("SECRET_KEY", "e" * 50)
    assert read()["SECRET_KEY"] == "e" * 50


def test_https_makes_cookies_secure(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://door.example.com/")
    settings = read()
    assert settings["PUBLIC_BASE_URL"] == "https://door.example.com"
    assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]
    assert settings["ALLOWED_HOSTS"][0] == "door.example.com"
    assert "SECURE_PROXY_SSL_HEADER" not in settings


def test_a_proxy_is_believed_only_when_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BEHIND_PROXY", "True")
    assert read()["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_the_example_names_every_variable():
    assert EXAMPLE.keys() == READ


def test_the_example_shows_the_defaults(home: Path, monkeypatch: pytest.MonkeyPatch):
    bare = read()
    for name, value in EXAMPLE.items():
        if name != "VAR_DIR":
            monkeypatch.setenv(name, value)
    assert read() == bare


def test_nothing_else_reads_the_environment():
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "visitor_portal").rglob("*.py")
        if re.search(r"\bos\.(environ(?!\.setdefault)|getenv)", path.read_text())
    ]
    assert readers == ["visitor_portal/environment.py"]
