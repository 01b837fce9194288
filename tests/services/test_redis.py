"""Two processes and one Redis: what happens in one is pushed by the other."""

from pathlib import Path

from websockets.sync.client import connect
from websockets.typing import Origin

from .visiting import browser, portal, rung, tapped


def test_a_change_in_one_process_is_pushed_by_the_other(tmp_path: Path, redis_url: str) -> None:
    with (
        portal(tmp_path, REDIS_URL=redis_url) as one,
        portal(tmp_path, REDIS_URL=redis_url) as two,
        browser(one.url) as phone,
        browser(two.url) as home,
    ):
        visit = rung(phone, one, "Chidi Okafor")
        cookies = "; ".join(f"{name}={value}" for name, value in phone.cookies.items())
        address = f"{one.url.replace('http', 'ws')}/ws/session/{visit.removeprefix('/s/')}"
        with connect(address, origin=Origin(one.url), additional_headers={"Cookie": cookies}) as live:
            assert "Calling" in str(live.recv(5))
            home.get(two.home("Chidi Okafor").url)
            tapped(home, visit, "answer")
            assert "answered" in str(live.recv(5))


def test_without_its_redis_the_portal_still_works(tmp_path: Path) -> None:
    gone = f"unix://{tmp_path}/nothing.sock"
    with portal(tmp_path, REDIS_URL=gone) as site, browser(site.url) as phone, browser(site.url) as home:
        visit = rung(phone, site, "Chidi Okafor")
        home.get(site.home("Chidi Okafor").url)
        tapped(home, visit, "answer")
        assert "answered" in phone.get(visit).text
        assert phone.get("/readyz").status_code == 503
