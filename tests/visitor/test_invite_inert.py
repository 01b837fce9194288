"""Looking at an invite changes nothing, whoever looks; and what is no token never leaves the portal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine
from django.core import mail
from django.test import Client

from tests.building import inviting
from tests.building.inviting import PIN, STATES, Link, everything
from tests.pages import read
from visitor_portal import upstream
from visitor_portal.building import pins
from visitor_portal.building.models import Building, Portal, WifiNetwork
from visitor_portal.building.models.sealed import seal
from visitor_portal.openings.models import Opening

link, quick_hashes = inviting.link, inviting.quick_hashes
CRAWLERS = {
    "WhatsApp": "WhatsApp/2.23.20.0",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitter": "Twitterbot/1.0",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Apple": "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 (KHTML) facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Bing": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Skype": "SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Safe Links": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36",
}
ANSWERS = Path(__file__).parents[1] / "public_access" / "answers"
NOT_THE_PATHS_END = str.maketrans({"?": "%3F", "#": "%23"})
TRAVERSAL = (ANSWERS.parent / "traversal.txt").read_text().splitlines()


class Elsewhere:
    """A building far away, which says this of any invite."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.said: Any = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, json=self.said)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    building = Elsewhere()
    with upstream.through(httpx.MockTransport(building)):
        yield building


@pytest.fixture
def full(link: Link, building: Building, portal: Portal, quick_hashes: None) -> Link:
    """With all that a look could spend: one place, one use, a PIN, a code."""
    network = WifiNetwork.objects.create(building=building, ssid="Harbour", sealed=seal({"password": "low tide"}))
    link.invite.wifi_networks.add(network)
    link.change(max_devices=1, max_uses=1, contact_email="noor@example.com", audience="listed_contacts")
    pins.set_pin(link.invite, PIN)
    return link


def addresses(link: Link) -> list[str]:
    """Every address below the link, those that only take a POST as well."""
    network = WifiNetwork.objects.values_list("id", flat=True).first()
    below = ["", "/status", "/photo", "/calendar.ics", f"/wifi/{network}.svg"]
    below += ["/claim", "/execute", "/otp", "/renewal", "/lights", "/ask"]
    return [f"/invite/{link.token}{path}" for path in below]


@pytest.mark.parametrize("crawler", CRAWLERS)
def test_a_look_changes_nothing(full: Link, crawler: str) -> None:
    before, browser = everything(), Client()
    for path in addresses(full):
        for purpose in ({}, {"Sec-Purpose": "prefetch;prerender"}):
            headers = {"User-Agent": CRAWLERS[crawler], **purpose}
            assert browser.get(path, headers=headers).status_code in (200, 404, 405)
            assert browser.head(path, headers=headers).status_code in (200, 404, 405)
    assert everything() == before
    assert not Opening.objects.exists() and not mail.outbox and not browser.cookies


@pytest.mark.parametrize("state", STATES)
def test_a_look_changes_nothing_in_any_state(full: Link, state: str) -> None:
    STATES[state](full)
    before = everything()
    for path in addresses(full):
        Client().get(path)
    assert everything() == before


@pytest.mark.parametrize("path", ["", "/status", "/photo", "/calendar.ics", "/wifi/x.svg"])
def test_these_addresses_are_only_read(link: Link, path: str) -> None:
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(), method)(f"/invite/{link.token}{path}").status_code == 405


@pytest.mark.parametrize("path", ["", "/status", "/photo", "/calendar.ics", "/wifi/x.svg"])
def test_what_is_no_token_is_an_unknown_page_and_asks_nobody(elsewhere: Elsewhere, path: str) -> None:
    for text in [*TRAVERSAL, "é", "a b", "a.b", "%00", "%0d%0aHost:%20evil", "x" * 257]:
        page = Client().get(f"/invite/{text.translate(NOT_THE_PATHS_END)}{path}")
        assert (page.status_code, read(page).headings) == (404, ["Nothing is here"])
    assert not elsewhere.asked


def test_every_unknown_link_is_the_same_page(building: Building) -> None:
    pages = {Client().get(f"/invite/{token}").content for token in (f"invite_{'x' * 43}", "x", "x" * 256, "é", "..")}
    assert len(pages) == 1


# -- a building elsewhere: what it tells is shown, what it lacks leaves no gap


def test_an_unknown_invite_of_a_building_elsewhere_is_the_same_page(elsewhere: Elsewhere) -> None:
    elsewhere.said = {"invite_token": "t", "state": "not_found", "grants": []}
    page = Client().get("/invite/a-token-of-theirs")
    assert page.status_code == 404 and page.content == Client().get("/nothing/here").content


@pytest.mark.parametrize("generation", ["v0_1", "v1", "v2"])
def test_buildings_of_every_generation_are_shown(elsewhere: Elsewhere, generation: str) -> None:
    elsewhere.said = json.loads((ANSWERS / generation / "invite.json").read_text())
    with time_machine.travel("2025-03-01T12:00:00Z", tick=False):
        page = Client().get("/invite/Zk3tY9-cleaner_2025").content.decode()
    for words in ("Saturday dinner", "Come on up", "Rose House", "Lobby", "/execute"):
        assert words in page
    assert (
        ("1 Rose Street, roof" in page) is ("/calendar.ics" in page and "mlat=32.8" in page) is (generation != "v0_1")
    )
    assert re.findall(r'(?:src)="(https?://[^"]+)"', page) == []
    assert {request.method for request in elsewhere.asked} == {"GET"}


@pytest.mark.parametrize("state", ["active", "scheduled", "expired", "max_devices_reached", "paused", ""])
def test_the_least_that_a_building_may_say_is_a_page(elsewhere: Elsewhere, state: str) -> None:
    elsewhere.said = {"state": state or "?", "grants": []}
    page = Client().get("/invite/t0ken")
    assert page.status_code == 200
    assert not re.search(r"None|Where it is|When it holds|Wi-Fi|\{[{%]", page.content.decode())
    if state in ("paused", ""):
        assert "Your invite opens nothing now" in page.content.decode()
