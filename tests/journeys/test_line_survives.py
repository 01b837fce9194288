"""What a talk survives: the server's end, a reload, a broken message, a tab that slept."""

import socket
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from .browser import Phone, soon
from .conftest import Phones, Sites
from .lines import are_connected, begin, ready, said, stands, still_hears
from .site import Site
from .steps import tap

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
ASLEEP = 30_000  # ms

CONFIGURED = """() => lines.filter((line) => line.remoteDescription)
  .map((line) => line.getConfiguration().iceServers)"""
# Spoils the first message of a kind that this page sends: what begins as an SDP does not go on as one.
SPOILER = """(kind) => {
  const send = WebSocket.prototype.send;
  let isDone = false;
  WebSocket.prototype.send = function (text) {
    const message = isDone ? {} : JSON.parse(text);
    if (message.type !== kind) return send.call(this, text);
    isDone = window.isSpoilt = true;
    message.payload.sdp.sdp = message.payload.sdp.sdp.replace(/m=audio [^]*/, "m=audio nothing of the sort\\r\\n");
    return send.call(this, JSON.stringify(message));
  };
}"""


def talk(phones: Phones, site: Site, mode: str = "voice") -> tuple[Phone, Phone]:
    visitor, resident = ready(phones()), ready(phones())
    begin(visitor, resident, site, site.home(HOME), mode)
    assert are_connected(visitor, resident)
    return visitor, resident


def both_talk(*people: Phone) -> bool:
    return are_connected(*people) and all(still_hears(person) for person in people)


def test_it_is_made_ready_while_it_rings(site: Site, phones: Phones):
    """The signalling socket is open and ICE has gathered before the answer; afterwards nothing is dialled again."""
    visitor, resident = ready(phones()), ready(phones())
    gathered = "() => lines.some((line) => line.iceGatheringState === 'complete' && line.signalingState !== 'stable')"
    resident.page.goto(site.home(HOME).url)
    visitor.page.goto(site.sign)
    visitor.page.locator(f'button[value="voice.{site.home(HOME).target_id}"]').click()
    assert soon(visitor.page, lambda: visitor.page.evaluate(gathered))
    assert site.sessions in (["pending"], ["ringing"])
    resident.page.locator("[data-rings]").click()
    tap(resident.page, "Answer")
    assert both_talk(visitor, resident)
    assert visitor.page.evaluate("() => lines.filter((line) => line.localDescription).length") == 1


def test_nothing_public_is_asked_for_a_way(site: Site, phones: Phones):
    """PeerJS brings servers of its own, which it uses unless it is told others."""
    for person in talk(phones, site):
        assert person.page.evaluate(CONFIGURED) == [[]]
        assert person.hosts == {urlsplit(site.url).netloc}


def test_a_server_that_is_killed_ends_no_talk(sites: Sites, phones: Phones):
    site = sites()
    people = talk(phones, site)
    for person in people:
        person.expects("ERR_|WebSocket|htmx")  # each asks again, and says that it failed
    site.process.kill()
    people[0].page.wait_for_timeout(6000)
    assert [stands(person) for person in people] == ["connected", "connected"]
    assert all(still_hears(person) for person in people)
    start_again(site)
    people[0].page.reload(wait_until="commit")
    assert both_talk(*people)


def start_again(site: Site) -> None:
    assert site.process.stdout
    site.process.stdout.close()
    site.process.wait()
    listening = socket.create_server(("127.0.0.1", urlsplit(site.url).port or 0))
    with listening, site.log.open("a") as log:
        site.process = site._serve(listening, log)
    assert site.process.stdout and site.process.stdout.readline().startswith("Listening")


@pytest.mark.parametrize("who", [0, 1], ids=["visitor", "resident"])
def test_a_page_that_is_loaded_again_takes_the_talk_up(site: Site, phones: Phones, who: int):
    people = talk(phones, site)
    people[who].page.reload(wait_until="commit")
    assert soon(people[who].page, lambda: stands(people[who]) == "connected", 10)
    assert both_talk(*people)


@pytest.mark.parametrize(("kind", "who"), [("OFFER", 0), ("ANSWER", 1)])
def test_a_broken_description_costs_two_seconds_and_no_call(site: Site, phones: Phones, kind: str, who: int):
    people = ready(phones()), ready(phones())
    people[who].context.add_init_script(f"({SPOILER})({kind!r})")
    begin(*people, site, site.home(HOME))
    assert both_talk(*people)
    assert people[who].page.evaluate("window.isSpoilt")


def test_a_tab_that_slept_talks_on(site: Site, phones: Phones):
    visitor, resident = talk(phones, site)
    asleep(visitor, resident)
    assert both_talk(visitor, resident)
    assert "failed" not in said(visitor) + said(resident)


def test_a_tab_that_slept_through_the_end_says_so_at_once(site: Site, phones: Phones):
    visitor, resident = talk(phones, site)
    asleep(visitor, resident, before=lambda: tap(resident.page, "Hang up"))
    expect(visitor.page.locator("#session-status")).to_have_attribute("data-state", "declined", timeout=2000)
    assert soon(visitor.page, visitor.is_quiet, 1)


def asleep(phone: Phone, other: Phone, before=lambda: None) -> None:
    """Put away by the system for half a minute, in which something may happen, and taken out again."""
    wire = phone.context.new_cdp_session(phone.page)
    wire.send("Page.setWebLifecycleState", {"state": "frozen"})
    before()
    other.page.wait_for_timeout(ASLEEP)
    wire.send("Page.setWebLifecycleState", {"state": "active"})
