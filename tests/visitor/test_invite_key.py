"""A browser's key on the pages of an invite: they pass it on, and tell a guest whose key is gone what to do."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from tests.building.conftest import attempts, pulses
from tests.building.inviting import STATES, Link, invited
from tests.signing import Key
from visitor_portal import upstream
from visitor_portal.building import asking, device_keys, invites
from visitor_portal.building.models import Building, DeviceRequest, Door, Invite, InviteDevice, Light, Portal
from visitor_portal.visitor.cookies import mark
from visitor_portal.visitor.device import command_key

from .guests import Guest, heading, text

NOT_PROVED = "This browser can't prove that the invite is its own"


class Keyed(Guest):
    """A browser whose script adds to each form what device.js would."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self.key = Key()

    def proof(self, action: str, place: str = "", key: str = "") -> str:
        challenge = device_keys.challenge(self.link.invite.id, timezone.now())
        return self.key.sign(challenge, self.link.token, action, place, key)

    def claim(self) -> Any:
        return self.send("claim", device_key=self.key.public)

    def tap(self, seal: str | None = None, **fields: Any) -> Any:
        sent = {"seal": seal or self.seal(), "grant_id": self.link.grant} | fields
        proof = self.proof("open", self.link.grant, command_key(sent))
        return self.client.post(f"{self.path}/execute", {"device_proof": proof} | sent)

    def copied(self) -> Guest:
        """Its cookies in another browser."""
        other = Guest(self.link)
        other.client.cookies.load(self.client.cookies.output(header=""))
        return other


@pytest.fixture
def link(door: Door, portal: Portal) -> Link:
    Building.objects.update(min_interval_ms=0)
    return invited(door, name="Dinner on Friday", max_devices=1)


@pytest.fixture
def noor(link: Link) -> Keyed:
    return Keyed(link)


def attributes(page: str, form: str) -> str:
    """The tag of the form with this action."""
    found = re.search(rf'<form[^>]*/{form}"[^>]*>', page)
    assert found, form
    return found[0]


def test_the_page_says_what_to_bind_and_then_what_to_sign(noor: Keyed) -> None:
    before = attributes(text(noor.client.get(noor.path)), "execute")
    noor.claim()
    after = attributes(text(noor.client.get(noor.path)), "execute")
    assert all(word in tag for tag in (before, after) for word in ("data-device=", "data-challenge="))
    assert "data-bound" not in before and "data-bound" in after


def test_one_tap_binds_and_opens(noor: Keyed) -> None:
    assert heading(noor.tap(device_key=noor.key.public)) == "The door is open"
    assert InviteDevice.objects.get().key == noor.key.public
    assert heading(noor.tap()) == "The door is open" and pulses() == 2


def test_a_copied_cookie_opens_nothing_and_says_what_to_do(noor: Keyed) -> None:
    noor.claim()
    page = noor.copied().open()
    assert (page.status_code, heading(page), pulses()) == (403, NOT_PROVED, 0)
    assert "Ask your host to let this browser in." in text(page) and f"{noor.path}/ask" in text(page)
    assert [attempt.reason for attempt in attempts()] == ["device_not_proved"]


@pytest.mark.parametrize("proof", ["", "x", "x" * 5000, "é", "a\nb", "." * 90])
def test_any_garbage_is_as_none(noor: Keyed, proof: str) -> None:
    noor.claim()
    assert heading(noor.tap(device_proof=proof)) == NOT_PROVED and pulses() == 0


def test_more_than_a_form_may_hold_is_sent_back(noor: Keyed) -> None:
    noor.claim()
    assert noor.tap(device_proof="x" * 2**20).status_code in (400, 403, 413) and pulses() == 0


def test_a_captured_form_opens_once(noor: Keyed) -> None:
    noor.claim()
    seal = noor.seal()
    sent = {"seal": seal, "grant_id": noor.link.grant}
    proof = noor.proof("open", noor.link.grant, command_key(sent))
    for fields in ({}, {}, {"pin": "1"}, {"challenge": "another"}):
        noor.client.post(f"{noor.path}/execute", sent | {"device_proof": proof} | fields)
    assert pulses() == 1


@pytest.mark.parametrize("action", ["otp", "lights"])
def test_whatever_is_spent_is_told_by_the_same_page(door: Door, portal: Portal, action: str) -> None:
    fields: dict[str, Any] = (
        {"audience": Invite.Audience.LISTED, "contact_email": "noor@example.org"} if action == "otp" else {}
    )
    noor = Keyed(invited(door, **fields))
    noor.claim()
    page = noor.copied().send(action, grant_id=noor.link.grant)
    assert (page.status_code, heading(page)) == (403, NOT_PROVED) and not Light.objects.exclude(on_until=None)
    place = portal.public_id if action == "lights" else ""
    page = noor.send(action, grant_id=noor.link.grant, device_proof=noor.proof(action, place))
    assert heading(page) == {"otp": "Type your code", "lights": "The lights are on"}[action]


def test_at_the_sign(noor: Keyed, portal: Portal) -> None:
    noor.tap(device_key=noor.key.public)
    path, other = f"/p/{portal.public_id}", noor.copied()
    page = text(noor.client.get(path))
    seal = re.findall(r'name="seal" value="([^"]+)', page)[0]
    assert "data-bound" in attributes(page, "open") and "js/device" in page
    assert heading(other.client.post(f"{path}/open", {"seal": seal})) == NOT_PROVED
    seal = re.findall(r'name="seal" value="([^"]+)', text(noor.client.get(path)))[0]
    proof = noor.proof("open", portal.public_id, command_key({"seal": seal}))
    assert heading(noor.client.post(f"{path}/open", {"seal": seal, "device_proof": proof})) == "The door is open"


def test_a_lost_key_asks_the_host_and_is_let_in(noor: Keyed) -> None:
    noor.claim()
    fresh = Key()
    noor.send("ask", anew="1", device_key=fresh.public)
    assert 'data-state="max_devices_reached"' in text(noor.client.get(noor.path))
    asked = DeviceRequest.objects.get()
    asking.answer(asked, True, now=asked.asked_at)
    noor.key = fresh
    assert heading(noor.tap()) == "The door is open"


def test_a_lost_key_takes_a_place_that_is_free(door: Door) -> None:
    noor = Keyed(invited(door, max_devices=2))
    noor.claim()
    noor.key = Key()
    page = noor.send("ask", anew="1", device_key=noor.key.public)
    assert (page.status_code, page["Location"]) == (303, noor.path)
    assert heading(noor.tap()) == "The door is open" and InviteDevice.objects.count() == 2


def test_a_phone_that_holds_it_and_asks_again_takes_no_second_place(door: Door) -> None:
    noor = Keyed(invited(door, max_devices=2))
    noor.claim()
    noor.send("ask")
    assert InviteDevice.objects.count() == 1 and not DeviceRequest.objects.exists()


def test_moving_to_another_browser_binds_that_ones_key(noor: Keyed) -> None:
    noor.claim()
    copy = noor.copied()
    code = noor.send("handover", device_proof=noor.proof("move"))["Location"].partition("from=")[2]
    safari = Keyed(noor.link)
    page = text(safari.client.get(safari.path, {"from": code}))
    assert "data-bound" not in attributes(page, "execute")
    assert heading(safari.tap(device_key=safari.key.public, **{"from": code})) == "The door is open"
    assert InviteDevice.objects.get().key == safari.key.public
    assert heading(copy.open()) == "This invite is on another phone" and heading(safari.tap()) == "The door is open"


def test_a_copied_cookie_moves_nothing_that_opens(noor: Keyed) -> None:
    noor.claim()
    code = noor.copied().send("handover")["Location"].partition("from=")[2]
    safari = Keyed(noor.link)
    page = safari.tap(device_key=safari.key.public, **{"from": code})
    assert heading(page) == NOT_PROVED and heading(noor.tap()) == "The door is open"


@pytest.mark.parametrize("state", STATES)
def test_the_page_says_when_the_key_is_to_be_forgotten(noor: Keyed, state: str) -> None:
    STATES[state](noor.link)
    forgets = f'data-forget="{mark(noor.link.token)}"' in text(noor.client.get(noor.path))
    assert forgets is (state in ("expired", "revoked", "max_devices_reached"))


def test_a_phone_whose_host_was_asked_keeps_its_key(noor: Keyed) -> None:
    Guest(noor.link).open()
    noor.send("ask", device_key=noor.key.public)
    assert "data-forget" not in text(noor.client.get(noor.path))


def test_more_time_after_the_end_takes_a_new_key(noor: Keyed) -> None:
    noor.claim()
    now = timezone.now()
    noor.link.change_access(valid_to=now - timedelta(minutes=1))
    invites.extend(Invite.objects.get(), now + timedelta(days=1), now=now)
    noor.key = Key()
    assert heading(noor.tap(device_key=noor.key.public)) == "The door is open"
    assert InviteDevice.objects.get().key == noor.key.public


def test_a_building_that_knows_no_keys_is_asked_for_none(noor: Keyed) -> None:
    def plain(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"invite_token": noor.link.token, "state": "active", "grants": []})

    with upstream.through(httpx.MockTransport(plain)):
        assert "data-device" not in text(Client().get(noor.path))
