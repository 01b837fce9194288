"""A real Chromium, and a real Firefox, against real servers, on this machine alone."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from .browser import CHROMIUM, Phone, launch
from .firefox import FIREFOX, Firefox, Fox
from .site import Site

Phones = Callable[..., Phone]
Sites = Callable[..., Site]
Foxes = Callable[..., Fox]


def _is_there(browser: str | None, missing: str) -> None:
    if browser is None:
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip)(missing)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each file: while Playwright runs, this thread's event loop is taken, which other tests need."""
    _is_there(
        CHROMIUM, "Chromium is not installed here: there is no chromium, chromium-browser or google-chrome in PATH"
    )
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


def _sites(factory: pytest.TempPathFactory) -> Iterator[Sites]:
    started: list[Site] = []

    def start(**options: Any) -> Site:
        started.append(Site(factory.mktemp("site"), **options))
        return started[-1]

    try:
        yield start
    finally:
        for site in started:
            site.stop()


@pytest.fixture(scope="module")
def sites(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Starts servers that this file alone needs."""
    yield from _sites(tmp_path_factory)


@pytest.fixture(scope="session")
def _all_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    yield from _sites(tmp_path_factory)


@pytest.fixture(scope="session")
def _demo(_all_sites: Sites) -> Site:
    return _all_sites()


@pytest.fixture
def site(chromium: Browser, _demo: Site) -> Iterator[Site]:
    """The demo building, where nothing has happened yet. The server must not have failed at its end."""
    _demo.start_over()
    before = len(_demo.tracebacks)
    yield _demo
    assert _demo.tracebacks[before:] == []


@pytest.fixture
def phones(chromium: Browser) -> Iterator[Phones]:
    """Hands out phones. At the end none may have complained, or contacted any host but the one it visited."""
    used: list[Phone] = []

    def take(**options: Any) -> Phone:
        used.append(Phone(chromium, **options))
        return used[-1]

    yield take
    visited = [{urlsplit(page.url).netloc for page in phone.context.pages} for phone in used]
    for phone in used:
        phone.context.close()
    assert [phone.complaints for phone in used] == [[] for _ in used]
    assert [phone.hosts for phone in used] == visited


@pytest.fixture(scope="module")
def firefoxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Firefox]]:
    """Starts a Firefox, or gives the one that was started with the same settings."""
    _is_there(FIREFOX, "Firefox is not installed here: there is no firefox-esr or firefox in PATH")
    started: dict[str, Firefox] = {}

    def start(**prefs: Any) -> Firefox:
        wish = repr(sorted(prefs.items()))
        if wish not in started:
            started[wish] = Firefox(tmp_path_factory.mktemp("firefox"), **prefs)
        return started[wish]

    yield start
    for firefox in started.values():
        firefox.stop()


@pytest.fixture
def foxes(firefoxes: Callable[..., Firefox]) -> Iterator[Foxes]:
    """Hands out phones as `phones` does, in Firefox."""
    used: list[Fox] = []

    def take(before: str = "", **prefs: Any) -> Fox:
        used.append(Fox(firefoxes(**prefs), before=before))
        return used[-1]

    yield take
    visited = [{urlsplit(fox.evaluate("() => location.href")).netloc} for fox in used]
    for fox in used:
        fox.close()
    assert [fox.complaints for fox in used] == [[] for _ in used]
    assert [fox.hosts for fox in used] == visited
