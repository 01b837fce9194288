"""Firefox, spoken to in WebDriver BiDi, which it understands by itself, and phones in it that write down what went
wrong.

Waiting is done here by looking again: what a page shows is asked of the page.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from .browser import KEEPER, RECEIVED

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
PREFS: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,  # sound without a tap, as for somebody who allowed it
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.loopback": True,  # there may be no other network where the tests run
    "intl.accept_languages": "en-GB",
    # It asks nobody for news of its own.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
WATCHED = ["log.entryAdded", "network.beforeRequestSent"]
START, ANSWER = 60, 60  # seconds, on a busy machine


class Firefox:
    """Runs until `stop`, in a profile of its own."""

    def __init__(self, home: Path, **prefs: bool | int | str) -> None:
        assert FIREFOX
        home.mkdir(exist_ok=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in (PREFS | prefs).items()]
        (home / "user.js").write_text("".join(lines))
        with (home / "log").open("w") as log:
            self.process = subprocess.Popen(
                [FIREFOX, "--headless", "--no-remote", "--profile", str(home), "--remote-debugging-port", "0"],
                env=os.environ | {"HOME": str(home)},
                stdout=log,
                stderr=log,
            )
        self.events: list[dict[str, Any]] = []
        self._number = 0
        self._held = ExitStack()
        try:
            calling = connect(f"{_address(home)}/session", max_size=None, open_timeout=START)
            self._line = self._held.enter_context(calling)
            self.ask("session.new", capabilities={})
            self.ask("session.subscribe", events=WATCHED)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command, and its answer. What happened meanwhile is in `events`."""
        self._number += 1
        self._line.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while (said := json.loads(self._line.recv(ANSWER))).get("id") != self._number:
            self.events.append(said)
        assert said["type"] == "success", (method, said)
        return dict(said["result"])

    def stop(self) -> None:
        try:
            self.ask("browser.close")
            self.process.wait(15)
        except (ConnectionClosed, TimeoutError, subprocess.TimeoutExpired):
            pass
        finally:
            self._held.close()
            self.process.kill()
            self.process.wait()


def _address(home: Path) -> str:
    """Where it says that it listens."""
    told, until = home / "WebDriverBiDiServer.json", time.monotonic() + START
    while time.monotonic() < until:
        if told.exists() and (text := told.read_text()).endswith("}"):
            found = json.loads(text)
            return f"ws://{found['ws_host']}:{found['ws_port']}"
        time.sleep(0.05)
    raise AssertionError((home / "log").read_text())


class Fox:
    """A phone with one page: cookies of its own, and a record of what went wrong on it."""

    def __init__(self, firefox: Firefox, *, before: str = "") -> None:
        self.firefox = firefox
        self.person = firefox.ask("browser.createUserContext")["userContext"]
        self.tab = firefox.ask("browsingContext.create", type="tab", userContext=self.person)["context"]
        firefox.ask("browsingContext.setViewport", context=self.tab, viewport={"width": 390, "height": 844})
        for script in ("window.noteAsked = () => {};" + KEEPER, before):
            firefox.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}", contexts=[self.tab])
        self.expected: list[str] = []

    def close(self) -> None:
        self.firefox.ask("browser.removeUserContext", userContext=self.person)

    # -- what a person does

    def goto(self, url: str) -> None:
        self.firefox.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def click(self, found: str) -> None:
        """Where the page has it, when it is there."""
        assert soon(lambda: self.shows(found)), found
        where = {"type": "element", "element": self._element(found)}
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": where},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        hand = {"type": "pointer", "id": "thumb", "parameters": {"pointerType": "touch"}, "actions": steps}
        self.firefox.ask("input.performActions", context=self.tab, actions=[hand])

    def _element(self, found: str) -> dict[str, str]:
        script = f"(() => {{ const it = {_first(found)}; it.scrollIntoView({{block: 'center'}}); return it; }})()"
        return {"sharedId": self._evaluate(script)["sharedId"]}

    # -- what the page shows

    def _evaluate(self, script: str) -> dict[str, Any]:
        answer = self.firefox.ask(
            "script.evaluate", expression=script, target={"context": self.tab}, awaitPromise=True
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return dict(answer["result"])

    def evaluate(self, script: str) -> Any:
        """What this function returns in the page."""
        told = self._evaluate(f"(async () => JSON.stringify(await ({script})()))()")
        return json.loads(told["value"]) if "value" in told else None

    def shows(self, found: str) -> bool:
        return bool(self.evaluate(f"() => {_first(found)}?.checkVisibility() ?? false"))

    def text(self, found: str) -> str:
        """In one line; empty for what is not there."""
        said = str(self.evaluate(f"() => {_first(found)}?.textContent ?? ''"))
        return re.sub(r"\s+", " ", said).strip()

    def reads(self, found: str, words: str, seconds: float = 20) -> None:
        soon(lambda: self.text(found) == words, seconds)
        assert self.text(found) == words

    def hears(self) -> bool:
        return bool(self.evaluate(RECEIVED)["packets"] > 0)

    def sees(self) -> bool:
        return bool(self.evaluate(RECEIVED)["frames"] > 0)

    def is_quiet(self) -> bool:
        """Whether no microphone and no camera is on."""
        return bool(self.evaluate("() => window.tracks.every((track) => track.readyState === 'ended')"))

    # -- what is written down

    @property
    def hosts(self) -> set[str]:
        told = [e["params"] for e in self.firefox.events if e["method"] == "network.beforeRequestSent"]
        urls = [urlsplit(params["request"]["url"]) for params in told if params["context"] == self.tab]
        return {url.netloc for url in urls if url.scheme in ("http", "https", "ws", "wss")}

    @property
    def complaints(self) -> list[str]:
        told = [e["params"] for e in self.firefox.events if e["method"] == "log.entryAdded"]
        mine = [p for p in told if p["source"].get("context") == self.tab and p["level"] == "error"]
        texts = [str(params["text"]) for params in mine]
        return [text for text in texts if not any(re.search(words, text) for words in self.expected)]


def _first(found: str) -> str:
    return f"document.querySelector({json.dumps(found)})"


def soon(happened: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
