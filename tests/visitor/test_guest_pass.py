"""A guest's pass: signed, one for each invite, few, and found at the signs of its doors."""

import json
from dataclasses import replace

import pytest
import time_machine
from django.core import signing
from django.http import HttpRequest, HttpResponse
from pytest_django.fixtures import Settings

from visitor_portal.public_access.wire import Invite, InviteSession, PortalGrant
from visitor_portal.visitor import guest

TOKEN = "invite_abcdefgh"
SESSION = InviteSession(ok=True, invite_id="guest_secret", guest_id="01GUEST")
INVITE = Invite(TOKEN, "active", grants=(PortalGrant("g1", "lobby-sign"), PortalGrant("g2", "garage-sign")))


def given(held: guest.GuestPass, beside: dict[str, str] | None = None) -> dict[str, str]:
    """The cookies of a browser after this."""
    response = guest.give(HttpResponse(), held, beside or {})
    kept = dict(beside or {}) | {name: morsel.value for name, morsel in response.cookies.items()}
    return {name: value for name, value in kept.items() if value}


def asking(cookies: dict[str, str]) -> HttpRequest:
    request = HttpRequest()
    request.COOKIES = cookies
    return request


@pytest.fixture
def held() -> guest.GuestPass:
    return guest.new(TOKEN, SESSION).granting(INVITE)


def test_what_is_given_is_held(held: guest.GuestPass) -> None:
    found = guest.of(asking(given(held)), TOKEN)
    assert found and replace(found, at=0) == held
    assert found.visitor == {"invite_id": "guest_secret", "guest_id": "01GUEST"}


def test_the_link_is_not_in_it(held: guest.GuestPass) -> None:
    [(name, value)] = given(held).items()
    written = json.dumps(signing.loads(value, salt=name))
    assert TOKEN not in name + value + written and "lobby-sign" not in written


@pytest.mark.parametrize("change", ["another name", "another value", "nonsense"])
def test_what_was_not_given_so_proves_nothing(held: guest.GuestPass, change: str) -> None:
    [(name, value)] = given(held).items()
    other = guest.new("invite_other", SESSION)
    forged = {"another name": {f"invite-{other.name}": value}, "another value": {name: f"x{value}"}, "nonsense": {}}
    token = "invite_other" if change == "another name" else TOKEN
    assert guest.of(asking(forged[change]), token) is None


def test_is_found_at_the_signs_of_its_doors_alone(held: guest.GuestPass) -> None:
    request = asking(given(held))
    assert guest.at_sign(request, "garage-sign") and not guest.at_sign(request, "another-sign")


def test_the_newest_invite_to_a_door_counts(held: guest.GuestPass) -> None:
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        cookies = given(held)
        clock.shift(60)
        cookies = given(replace(guest.new("invite_newer", SESSION), signs=held.signs, invite_id="newer"), cookies)
        found = guest.at_sign(asking(cookies), "lobby-sign")
    assert found and found.invite_id == "newer"


def test_an_invite_that_shows_no_doors_now_keeps_those_it_had(held: guest.GuestPass) -> None:
    assert held.granting(Invite(TOKEN, "revoked")) == held.granting(None) == held


def test_the_oldest_make_room(held: guest.GuestPass) -> None:
    cookies: dict[str, str] = {}
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        for number in range(12):
            cookies = given(replace(held, name=f"{number:08}"), cookies)
            clock.shift(60)
    assert sorted(cookies) == [f"invite-{number:08}" for number in range(4, 12)]


def test_a_full_house_still_fits_into_a_browser(held: guest.GuestPass) -> None:
    doors = tuple(PortalGrant(f"g{n}", f"01ARZ3NDEKTSV4RRFFQ69G5F{n:03}") for n in range(100))
    many = replace(held, invite_id="guest_" + "x" * 43).granting(Invite(TOKEN, "active", grants=doors))
    assert all(len(value) < 1000 for value in given(many).values())


def test_over_https_the_cookie_is_bound_to_the_host(held: guest.GuestPass, settings: Settings) -> None:
    settings.HTTPS = True
    [cookie] = guest.give(HttpResponse(), held, {}).cookies.values()
    assert cookie.key == f"__Host-invite-{held.name}"
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
