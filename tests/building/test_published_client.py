"""The published client of the API, unchanged, against the building as it is served."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openapp_sdk import Client
from openapp_sdk.errors import ApiError, AuthError

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    sdk: Any
    demo: dict[str, Any]

    @property
    def sign(self) -> str:
        return str(self.demo["portals"][0]["public_portal_id"])

    @property
    def somebody(self) -> str:
        return str(self.demo["residents"][0]["target_id"])


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    return kept | {"DJANGO_SETTINGS_MODULE": "visitor_portal.settings", "VAR_DIR": str(home)}


def manage(home: Path, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("building")
    manage(home, "migrate", "--verbosity", "0")
    demo = json.loads(manage(home, "demo", "--json"))
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip().removeprefix("Listening on ")
            key = "http://127.0.0.1_openapp_0123456789abcdef0123456789abcdef"
            # It repeats whatever fails, opens included, unless it is told not to.
            with Client.connect(api_key=key, base_url=f"{url}/api/v1", max_retries=0) as sdk:
                yield Served(sdk, demo)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)


def test_finds_the_building_alive(served):
    assert set(served.sdk.status.get()) == {"environment", "version"}


def test_reads_the_sign(served):
    portal = served.sdk.public_access.get_portal(served.sign)
    assert (portal["public_portal_id"], portal["mode"]) == (served.sign, "guest_directory")


def test_reads_the_directory(served):
    said = served.sdk.public_access.portal_targets(served.sign)
    assert said["status"] == "ready"
    assert served.somebody in {target["target_id"] for target in said["targets"]}


def test_asks_whether_the_door_is_reachable(served):
    assert served.sdk.public_access.portal_reachable(served.sign) == {"reachable": True}


def test_starts_a_call(served):
    ring = {"target_entity_id": served.somebody, "mode": "voice"}
    started = served.sdk.public_access.portal_start_session(served.sign, **ring)
    assert {"session_id", "caller_token", "expires_at", "peerjs", "callees_notified"} <= set(started)


@pytest.mark.parametrize("operation", ["get_session", "cancel_session", "decline_session", "session_streams"])
def test_its_session_helpers_send_no_token_and_get_nothing(served, operation):
    ring = {"target_entity_id": served.somebody, "mode": "video"}
    started = served.sdk.public_access.portal_start_session(served.sign, **ring)
    with pytest.raises((ApiError, AuthError), match="secret|401"):
        getattr(served.sdk.public_access, operation)(started["session_id"])


@pytest.mark.parametrize("operation", ["session_open", "session_lights"])
def test_what_moves_something_refuses_it_too(served, operation):
    ring = {"target_entity_id": served.somebody, "mode": "video"}
    started = served.sdk.public_access.portal_start_session(served.sign, **ring)
    with pytest.raises((ApiError, AuthError), match="secret|401"):
        getattr(served.sdk.public_access, operation)(started["session_id"], reason="visitor")


def test_an_unknown_sign_is_an_error_with_its_status(served):
    with pytest.raises(ApiError) as refused:
        served.sdk.public_access.get_portal("nothing")
    assert refused.value.status == 404
    assert "There is nothing by that name." in refused.value.message


def test_a_wrong_body_is_an_error_with_its_status(served):
    with pytest.raises(ApiError) as refused:
        served.sdk.public_access.portal_start_session(served.sign, target_entity_id=served.somebody, mode="call")
    assert refused.value.status == 400
