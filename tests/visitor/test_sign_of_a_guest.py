"""A guest before the sign of a door that the invite opens; the sign's other readers see nothing of it."""

from collections.abc import Callable

import httpx
import pytest
from django.test import Client

from tests.building.conftest import attempts, pulses
from tests.building.inviting import STATES, Link, invited
from tests.conftest import Person
from tests.pages import Form
from visitor_portal import upstream
from visitor_portal.building.models import AccessLog, Building, Door, Opener, Portal
from visitor_portal.public_access.wire import Portal as PortalShape
from visitor_portal.public_access.wire import Targets

from .guests import Guest, heading, text


@pytest.fixture
def link(door: Door, portal: Portal) -> Link:
    return invited(door)


@pytest.fixture
def noor(link: Link) -> Guest:
    noor = Guest(link)
    noor.send("claim")
    return noor


def sign(client: Client, portal: Portal) -> str:
    return text(client.get(f"/p/{portal.public_id}"))


def form(page: str) -> dict[str, str]:
    return Form(page[page.index('class="quick') : page.index('class="or"')]).fields


def test_one_tap_at_the_sign_opens_by_the_invite(noor: Guest, portal: Portal) -> None:
    page = sign(noor.client, portal)
    assert "Your invite opens this door." in page and "Or ring somebody" in page
    answer = noor.client.post(f"/p/{portal.public_id}/open", form(page))
    assert heading(answer) == "The door is open" and pulses() == 1
    assert AccessLog.objects.filter(invite=noor.link.invite.id).exists()


def test_the_pass_opens_after_a_tap_on_the_invite_too(link: Link, portal: Portal) -> None:
    noor = Guest(link)
    noor.open()
    assert "Your invite opens this door." in sign(noor.client, portal)


def test_what_a_guest_may_is_never_kept_for_the_next(noor: Guest, portal: Portal) -> None:
    sign(noor.client, portal)
    assert "Open the door" not in sign(Client(), portal)
    assert "Open the door" in sign(noor.client, portal)


def test_a_door_that_the_invite_does_not_open_offers_nothing(noor: Guest, building: Building) -> None:
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    other = Portal.objects.create(door=garage, name={"en": "Garage"})
    assert "Open the door" not in sign(noor.client, other)


@pytest.mark.parametrize("state", ["revoked", "disabled", "expired", "scheduled"])
def test_an_invite_that_holds_no_more_offers_nothing(noor: Guest, portal: Portal, state: str) -> None:
    fields = form(sign(noor.client, portal))
    STATES[state](noor.link)
    assert "Open the door" not in sign(noor.client, portal)
    answer = noor.client.post(f"/p/{portal.public_id}/open", fields)
    assert answer.status_code == 403 and pulses() == 0


def test_a_residents_own_key_comes_first(noor: Guest, portal: Portal, alice: Person) -> None:
    noor.client.get(f"/resident/{alice.key}")
    page = sign(noor.client, portal)
    assert "This is your door." in page
    noor.client.post(f"/p/{portal.public_id}/open", form(page))
    assert AccessLog.objects.filter(resident=alice.resident.id).exists()


def test_a_resident_of_elsewhere_is_a_guest_here(noor: Guest, portal: Portal, mallory: Person) -> None:
    noor.client.get(f"/resident/{mallory.key}")
    page = sign(noor.client, portal)
    assert "Your invite opens this door." in page
    assert heading(noor.client.post(f"/p/{portal.public_id}/open", form(page))) == "The door is open"


def test_a_form_shown_to_a_guest_opens_nothing_for_others(noor: Guest, portal: Portal) -> None:
    answer = Client().post(f"/p/{portal.public_id}/open", form(sign(noor.client, portal)))
    assert answer.status_code == 403 and not attempts()


def test_lights_go_on_from_the_sign_and_from_the_invite(noor: Guest, portal: Portal, door: Door) -> None:
    noor.client.post(f"/p/{portal.public_id}/lights", form(sign(noor.client, portal)))
    assert door.lights.get().on_until is not None
    door.lights.update(on_until=None)
    assert heading(noor.send("lights", grant_id=noor.link.grant)) == "The lights are on"
    assert door.lights.get().on_until is not None


def test_lights_of_a_door_that_is_not_on_the_invite_stay_off(noor: Guest, door: Door) -> None:
    assert noor.send("lights", grant_id="another").status_code == 400
    assert door.lights.get().on_until is None


def test_says_whether_the_door_answers(noor: Guest, portal: Portal) -> None:
    Opener.objects.update(settings={"fault": "dead"})
    assert "not answering" in text(noor.client.get(f"/p/{portal.public_id}/reachable"))


def answering(mode: str, asked: list[httpx.Request]) -> Callable[[httpx.Request], httpx.Response]:
    """A building that has no scans to prove."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.path.endswith("/scan"):
            return httpx.Response(404)
        shape = Targets("empty") if request.url.path.endswith("/targets") else PortalShape("sign", mode=mode)
        return httpx.Response(200, json=shape.to_json())

    return answer


def test_a_building_without_scans_is_asked_as_the_guest_all_the_same(noor: Guest, portal: Portal) -> None:
    asked: list[httpx.Request] = []
    with upstream.through(httpx.MockTransport(answering("guest_quick_open", asked))):
        page = noor.client.get(f"/p/{portal.public_id}")
    assert "Your invite opens this door." in text(page)
    assert not [name for name in page.cookies if name.startswith("scan-")]
    as_guest = [r for r in asked if not r.url.path.endswith("/targets")]
    assert all("oa_access_invite=guest_" in r.headers["Cookie"] and r.headers["X-Guest-Id"] for r in as_guest)
