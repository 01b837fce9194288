"""A phone in Chromium that can be rung. Its push service is the tests' own: headless Chromium knows none."""

import json
from typing import Any

from playwright.sync_api import CDPSession

from tests.push.service import Browser

from .browser import Phone, soon

# What the browser would have got from its push service.
SUBSCRIBES = """(sub) => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  let key = null;
  const made = () => ({ endpoint: sub.endpoint, options: { applicationServerKey: key }, toJSON: () => sub,
    unsubscribe: async () => { key = null; return true; } });
  PushManager.prototype.getSubscription = async () => (key ? made() : null);
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("no");
    key = options.applicationServerKey.buffer;
    return made();
  };
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/resident");
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data, lang, dir }) => ({ title, body, tag, page: data.page, lang, dir }));
}"""


class Rung:
    """A phone, the browser in it as its push service knows it, and the worker that a push wakes."""

    def __init__(self, phone: Phone, browser: Browser) -> None:
        self.phone, self.browser = phone, browser
        phone.context.grant_permissions(["notifications"])
        phone.context.add_init_script(f"({SUBSCRIBES})({json.dumps(browser.json)})")
        self._cdp: CDPSession | None = None
        self._registrations: list[dict[str, Any]] = []
        self.delivered = 0

    def _session(self) -> CDPSession:
        if self._cdp is None:
            self._cdp = self.phone.context.new_cdp_session(self.phone.page)
            self._cdp.on(
                "ServiceWorker.workerRegistrationUpdated",
                lambda event: self._registrations.extend(event["registrations"]),
            )
            self._cdp.send("ServiceWorker.enable")
        return self._cdp

    def deliver(self) -> dict[str, Any]:
        """Hand the next push over to the worker, as the push service would."""
        page = self.phone.page
        assert soon(page, lambda: len(self.browser.got) > self.delivered, seconds=15)
        payload = self.browser.got[self.delivered].payload
        self.delivered += 1
        self.push(json.dumps(payload))
        return payload

    def push(self, data: str) -> None:
        session = self._session()
        assert soon(self.phone.page, lambda: self._at_home(), seconds=10)
        origin = self.phone.page.evaluate("location.origin + '/'")
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": self._at_home(), "data": data},
        )

    def _at_home(self) -> str:
        found = [r["registrationId"] for r in self._registrations if r["scopeURL"].endswith("/resident")]
        return str(found[-1]) if found else ""

    @property
    def shown(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.phone.page.evaluate(SHOWN)
        return found
