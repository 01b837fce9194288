"""A real Chromium against real servers, on this machine alone."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from .browser import CHROMIUM, Phone, launch
from .site import Site

Phones = Callable[..., Phone]
Sites = Callable[..., Site]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each file: while Playwright runs, this thread's event loop is taken, which other tests need."""
    if CHROMIUM is None:
        missing = "Chromium is not installed here: there is no chromium, chromium-browser or google-chrome in PATH"
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip)(missing)
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
