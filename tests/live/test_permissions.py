"""How a refused microphone is allowed again in this very browser, and the way out of an app."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.conftest import Person
from tests.pages import call, home
from tests.test_inapp import APPS, CHROMIUM, IPHONE, PIXEL
from visitor_portal.building.models import Entry, Portal
from visitor_portal.live.permissions import how_to_allow

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
HOW = {
    f"{PIXEL}) {CHROMIUM} Mobile Safari/537.36": "Tap the symbol at the left of the address, then Permissions",
    f"{WINDOWS} {CHROMIUM} Safari/537.36": "Click the symbol at the left of the address, and switch on",
    f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1": "then Website Settings",
    f"{MAC} Version/17.5 Safari/605.1.15": "Open the Safari menu",
    "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0": "tap “Blocked” beside Microphone",
    "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0": "Click the crossed-out microphone",
    f"{PIXEL}) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36": (
        "Tap the padlock beside the address"
    ),
    f"{WINDOWS} {CHROMIUM} Safari/537.36 Edg/125.0.2535.51": "Permissions for this site",
    f"{PIXEL}) {CHROMIUM} Mobile Safari/537.36 EdgA/125.0.2535.51": "Tap the padlock beside the address",
    f"{IPHONE} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1": "then Chrome",
    f"{IPHONE} FxiOS/126.0 Mobile/15E148 Safari/605.1.15": "then Firefox",
    f"{IPHONE} Version/17.0 EdgiOS/125.2535.60 Mobile/15E148 Safari/604.1": "then Edge",
    "Something/1.0": "Look for the microphone in the settings of your browser",
}


@pytest.mark.parametrize("agent", HOW)
def test_each_browser_has_its_own_way(agent: str) -> None:
    assert HOW[agent] in how_to_allow(agent)


@pytest.mark.parametrize("agent", APPS)
def test_an_apps_browser_is_told_of_the_phones_settings(agent: str) -> None:
    assert "Allow the microphone for this app" in how_to_allow(agent)


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> str:
    return str(call(visitor, portal, entry)["Location"])


def test_the_way_out_leads_to_the_sign_and_carries_nothing(visitor: Client, visit: str, portal: Portal) -> None:
    page = visitor.get(visit).content.decode()
    assert f'href="http://localhost:8000/p/{portal.public_id}">' in page
    assert "intent:" not in page


def test_android_opens_the_sign_in_its_own_browser(
    visitor: Client, visit: str, portal: Portal, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://door.example"
    agent = next(agent for agent, name in APPS.items() if name == "Instagram" and "Android" in agent)
    page = visitor.get(visit, headers={"User-Agent": agent}).content.decode()
    assert f'href="intent://door.example/p/{portal.public_id}#Intent;scheme=https;end"' in page
    assert "You are in Instagram&#x27;s own browser." in page or "You are in Instagram's own browser." in page


def test_a_resident_is_led_to_no_sign(visit: str, alice: Person) -> None:
    assert 'id="elsewhere"' not in home(alice.key).get(f"{visit}?as=callee").content.decode()
