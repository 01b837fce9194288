"""The whole way for real: Firefox subscribes, we seal and sign, it opens and shows, and says so."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.push.autopush import AutoPush

from .firefox import FIREFOX, Firefox, Fox, soon
from .site import Site

pytestmark = pytest.mark.browser
NAME = "Jonas Weber"
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/resident");
  return (await worker.getNotifications()).map(({ title }) => title);
}"""


@pytest.fixture(scope="module")
def autopush() -> Iterator[AutoPush]:
    if FIREFOX is None:
        missing = "Firefox is not installed here: there is no firefox-esr or firefox in PATH"
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip)(missing)
    with AutoPush() as running:
        yield running


@pytest.fixture(scope="module")
def house(autopush: AutoPush, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"), PUSH_HOSTS=autopush.host)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def fox(autopush: AutoPush, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fox]:
    browser = Firefox(Path(tmp_path_factory.mktemp("firefox")), **autopush.preferences)
    yield Fox(browser)
    browser.stop()


def test_a_phone_is_let_ring_and_rings(house: Site, fox: Fox, autopush: AutoPush) -> None:
    fox.goto(house.home(NAME).url)
    fox.goto(f"{house.url}/resident/phones")
    fox.click("#let-ring")
    fox.reads("#told", "It works: this phone showed the test ring.", 40)
    visit, caller = ring(house)
    assert soon(lambda: stands(house, visit, caller)["ring"]["shown"] == 1, 40)
    assert stands(house, visit, caller)["state"] == "ringing"
    assert set(fox.evaluate(SHOWN)) == {"This phone can be rung", "Somebody is at the door"}
    ask(house, f"sessions/{visit}/cancel", caller, method="POST")
    assert soon(lambda: "Missed: somebody was at the door" in fox.evaluate(SHOWN), 40)
    assert "Somebody is at the door" not in fox.evaluate(SHOWN)
    assert soon(lambda: autopush.acks == [100] * autopush.sent, 20)  # each was opened by the browser, and shown
    assert fox.complaints == []


def ask(house: Site, path: str, token: str = "", *, method: str = "GET", **body: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{house.url}/api/v1/public/access/{path}"
    answer = httpx.request(method, url, headers=headers, json=body or None, trust_env=False)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def ring(house: Site) -> tuple[str, str]:
    sign = house.sign.rpartition("/")[2]
    target = house.home(NAME).target_id
    started = ask(house, f"portals/{sign}/sessions", method="POST", target_entity_id=target, mode="voice")
    return str(started["session_id"]), str(started["caller_token"])


def stands(house: Site, visit: str, caller: str) -> dict[str, Any]:
    return ask(house, f"sessions/{visit}", caller)
