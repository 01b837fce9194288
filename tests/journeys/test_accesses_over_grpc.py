"""The journeys once more, each begun by an access written over gRPC, and over when it is deleted there."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.building.accesses.line import Line, at, body, users
from tests.building.accesses.peer import Peer
from tests.push.service import PushService
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb

from .browser import soon
from .conftest import Phones, Sites
from .ringing import Rung
from .site import Site
from .steps import answered_call, call, reads, session_id, tap

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"


@pytest.fixture(scope="module")
def pushes() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture(scope="module")
def site(sites: Sites, pushes: PushService) -> Site:
    return sites(DJANGO_SETTINGS_MODULE="tests.journeys.mailing", SIGN_SECONDS="0", PUSH_HOSTS=pushes.host)


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Peer]:
    """The gRPC server of that very building, in a process beside its pages."""
    peer = Peer(Path(site.environment["VAR_DIR"]))
    peer.environment, peer.demo = peer.environment | site.environment, site.links
    peer.start()
    yield peer
    peer.end()


@pytest.fixture
def line(site: Site, server: Peer) -> Iterator[Line]:
    site.start_over()
    with server.channel() as channel:
        line = Line(channel, server.slug)
        line.metadata = list(server.login(channel))
        yield line


def made(line: Line, access: Any) -> str:
    """Its UUID, once it is ready."""
    [receipt] = line.done(line.create(access))
    assert receipt.status == pb.BizOperation.STATUS_FINISHED, receipt.errors
    return str(access.uuid)


def letters(site: Site) -> list[Path]:
    return list((site.database.parent / "letters").glob("*"))


def letter(site: Site) -> str:
    [only] = letters(site)
    text = email.message_from_bytes(only.read_bytes(), policy=email.policy.default).get_body(("plain",))
    assert text
    return str(text.get_content())


def test_a_guest_of_an_access_opens_and_a_deleted_one_closes_the_page(
    site: Site, server: Peer, line: Line, phones: Phones
):
    end = at(timezone.now() + timedelta(days=1))
    guest = pb.Guest(email="noor@example.com", first_name="Noor")
    access = body(server.doors["Lobby"], kind=pb.Access.KIND_TEMPORARY, valid_to=end, guests=[guest])
    uuid = made(line, access)
    page = phones().page
    assert soon(page, lambda: any(letters(site)))
    link = re.search(r"http://\S+/invite/\S+", letter(site))
    assert link
    page.goto(link[0])
    assert site.openings == []
    page.locator(".door__open").first.click()
    reads(page, "The door is open")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)
    page.goto(link[0])
    expect(page.locator(".door__open").first).to_be_visible()
    line.delete(uuid)
    assert soon(page, lambda: page.locator(".door__open").count() == 0, seconds=2)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert site.pulses == 1


def test_a_resident_opens_in_a_call_by_an_access_and_not_without(
    site: Site, server: Peer, line: Line, phones: Phones
):
    site.write("DELETE FROM building_accessuser")  # what the demo gave them
    mine = next(user.uuid for user in everybody(line) if user.first_name == HOME)
    uuid = made(line, body(server.doors["Lobby"], users=users(mine)))
    visitor, resident = phones(), phones()
    answered_call(visitor, resident, site, site.home(HOME))
    tap(resident.page, "Open the door")
    reads(visitor.page, "The door is open", "Come in.")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)
    tap(visitor.page, "Hang up")
    line.done(line.delete(uuid))
    later, again = phones(), phones()
    answered_call(later, again, site, site.home(HOME))
    again.expects("403")
    again.expects("#notice")  # it is gone from a page whose socket told of the end first
    again.expects("targetError")
    tap(again.page, "Open the door")
    assert soon(again.page, lambda: site.openings[1:] == [("refused", "wrong_role")])
    expect(again.page.get_by_text("The door did not open").first).to_be_visible()
    assert site.pulses == 1


def test_a_phone_that_was_rung_opens_by_an_access(
    site: Site, server: Peer, line: Line, phones: Phones, pushes: PushService
):
    site.write("DELETE FROM building_accessuser")
    mine = next(user.uuid for user in everybody(line) if user.first_name == HOME)
    made(line, body(server.doors["Lobby"], users=users(mine)))
    visitor, rung = phones(), Rung(phones(), pushes.subscribe())
    page = rung.phone.page
    page.goto(site.home(HOME).url)
    page.get_by_role("link", name="Let this phone ring").click()
    tap(page, "Ring this phone")
    rung.deliver()
    expect(page.locator("#told")).to_have_text("It works: this phone showed the test ring.")
    call(visitor.page, site, site.home(HOME))
    assert rung.deliver()["kind"] == "ring"
    visit = session_id(visitor.page)
    assert soon(page, lambda: any(shown["tag"] == visit for shown in rung.shown))
    [led] = [shown["page"] for shown in rung.shown if shown["tag"] == visit]
    page.goto(site.url + led)
    tap(page, "Open the door")
    reads(visitor.page, "The door is open", "Come in.")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)


def test_a_resident_before_their_own_door_opens_it_by_an_access_and_not_without(
    site: Site, server: Peer, line: Line, phones: Phones
):
    site.write("DELETE FROM building_accessuser")
    mine = next(user.uuid for user in everybody(line) if user.first_name == HOME)
    uuid = made(line, body(server.doors["Lobby"], users=users(mine)))
    page = phones().page
    page.goto(site.home(HOME).url)
    page.goto(site.sign)
    tap(page, "Open the door")
    reads(page, "The door is open")
    assert (site.openings, site.pulses) == ([("confirmed", "")], 1)
    line.delete(uuid)
    page.goto(site.sign)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Open the door", exact=True)).to_have_count(0)


def everybody(line: Line) -> list[Any]:
    return list(line.say(line.users.GetUsers, pb.GetUsersRequest(organization_slug=line.slug)).users)


def test_opening_hours_hold_the_door_and_the_sticker_says_so(site: Site, server: Peer, line: Line, phones: Phones):
    access = body(server.doors["Lobby"], name="Lobby hours")
    access.doors[0].lock_unlock_enabled = True
    uuid = made(line, access)
    site._manage("keep", "--once")
    page = phones().page
    page.goto(site.sign)
    expect(page.get_by_text("stands open").first).to_be_visible()
    line.done(line.delete(uuid))
    site._manage("keep", "--once")
    page.goto(site.sign)
    expect(page.get_by_text("stands open")).to_have_count(0)
