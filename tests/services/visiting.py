"""A visit over plain HTTP, for portals that run as processes of their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.site import Site


@contextmanager
def portal(home: Path, **environment: Any) -> Iterator[Site]:
    site = Site(home, **environment)
    try:
        yield site
    finally:
        site.stop()


def browser(base_url: str) -> httpx.Client:
    return httpx.Client(base_url=base_url, follow_redirects=True, trust_env=False)


def seal(page: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found
    return found[1]


def rung(visitor: httpx.Client, site: Site, name: str) -> str:
    """Ring somebody from the sign; the address of the visit."""
    form = {"seal": seal(visitor.get(site.sign).text), "call": f"voice.{site.home(name).target_id}"}
    answer = visitor.post(f"{site.sign}/call", data=form)
    assert answer.status_code == 200, answer.text
    return answer.url.path


def tapped(resident: httpx.Client, visit: str, action: str) -> httpx.Response:
    page = resident.get(f"{visit}?as=callee").text
    return resident.post(f"{visit}/{action}", data={"seal": seal(page)})
