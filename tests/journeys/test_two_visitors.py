"""Two visitors at one sign at one time, and somebody who is neither: nobody reads what is another's."""

import pytest

from .browser import Phone
from .conftest import Phones
from .site import Site
from .steps import call, reads, session_id

pytestmark = pytest.mark.browser
DIAL = """(path) => new Promise((told) => {
  const wire = new WebSocket(path);
  wire.onmessage = () => told("told");
  wire.onclose = ({ code }) => told(code);
})"""


@pytest.fixture
def two(site: Site, phones: Phones) -> list[Phone]:
    pair = [phones(), phones()]
    for phone, name in zip(pair, ("Jonas Weber", "Ivan Horvat"), strict=True):
        call(phone.page, site, site.home(name))
    return pair


def look_at(phone: Phone, url: str) -> int:
    phone.expects("status of 403")
    answer = phone.page.goto(url)
    assert answer
    return answer.status


def test_each_rings_somebody_of_their_own(two: list[Phone], site: Site):
    reads(two[0].page, "Calling Jonas Weber")
    reads(two[1].page, "Calling Ivan Horvat")
    assert site.sessions == ["pending", "pending"]


def test_neither_sees_the_other_visit(two: list[Phone]):
    for phone, url in zip(two, [two[1].page.url, two[0].page.url], strict=True):
        assert look_at(phone, url) == 403
        reads(phone.page, "This visit is not yours to see")


def test_neither_is_handed_the_other_cookie(two: list[Phone], site: Site, phones: Phones):
    own = [{"guest", f"caller_{session_id(phone.page)}"} for phone in two]  # its own word, and its secret
    resident = phones()
    resident.page.goto(site.home("Jonas Weber").url)
    resident.page.locator("[data-rings]").click()
    resident.page.wait_for_url("**as=callee")
    assert [phone.cookies_given for phone in two] == [phone.cookies for phone in two] == own
    assert resident.cookies_given == {"resident", f"callee_{session_id(two[0].page)}"}


def test_stranger_sees_no_visit_and_gets_no_cookie(two: list[Phone], phones: Phones):
    stranger = phones()
    for path in ("", "?as=callee", "?plain", "/status"):
        assert look_at(stranger, two[0].page.url + path) == 403
        reads(stranger.page, "This visit is not yours to see")
    assert stranger.cookies_given == set()


def test_stranger_is_refused_a_socket(two: list[Phone], site: Site, phones: Phones):
    path = f"/ws/session/{session_id(two[0].page)}"
    stranger = phones()
    stranger.page.goto(site.sign)
    assert stranger.page.evaluate(DIAL, path) == 4403
    assert two[0].page.evaluate(DIAL, path) == "told"
