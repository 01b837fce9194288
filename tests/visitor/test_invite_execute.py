"""A guest opens a door of an invite: one tap, and the truth of what became of it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.building.conftest import attempts, pulses
from tests.building.inviting import STATES, Link, invited
from visitor_portal import upstream
from visitor_portal.building import access_log
from visitor_portal.building.models import Building, Door, Invite, Opener

from .guests import Guest, heading, text


@pytest.fixture
def link(door: Door) -> Link:
    return invited(door, name="Dinner on Friday", max_devices=1)


@pytest.fixture
def noor(link: Link) -> Guest:
    return Guest(link)


def test_one_tap_takes_the_place_and_opens(noor: Guest) -> None:
    page = noor.open()
    assert (page.status_code, heading(page), pulses()) == (200, "The door is open", 1)
    assert 'data-countdown="7"' in text(page) and len(noor.passes) == 1


def test_tells_the_three_steps_of_the_truth(noor: Guest) -> None:
    said = text(noor.open())
    assert said.count('class="is-done"') == 3 and "says that it stands open" in said


@pytest.mark.parametrize(
    ("settings", "words", "done"),
    [({"contact": "none"}, "The lock has confirmed it.", 2), ({"fault": "lying"}, "was not seen to open", 2)],
)
def test_what_was_not_seen_is_not_said(noor: Guest, settings: Any, words: str, done: int) -> None:
    Opener.objects.update(settings=settings)
    said = text(noor.open())
    assert words in said and said.count('class="is-done"') == done


def test_what_is_seen_later_is_told_later(noor: Guest) -> None:
    Opener.objects.update(settings={"contact": "none"})
    said = text(noor.open())
    look = said[said.index('hx-get="') + 8 :].partition('"')[0]
    assert noor.client.get(look).status_code == 204
    access_log.step(attempts()[0], "seen_open")
    assert "says that it stands open" in text(noor.client.get(look)) and pulses() == 1


def test_the_page_stops_looking_when_the_door_is_shut_again(noor: Guest) -> None:
    Opener.objects.update(settings={"contact": "none"})
    said = text(noor.open())
    look = said[said.index('hx-get="') + 8 :].partition('"')[0]
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        assert noor.client.get(look).status_code == 286
    assert noor.client.get(f"{noor.path}/opened/nothing").status_code == 286


def test_the_same_form_twice_is_one_pulse_and_one_answer(noor: Guest) -> None:
    seal = noor.seal()
    pages = [noor.open(seal=seal) for _ in range(3)]
    assert [heading(page) for page in pages] == ["The door is open"] * 3 and pulses() == 1
    assert noor.link.invite.devices.count() == 1


def test_a_double_tap_gives_the_pass_to_whichever_answer_arrives(noor: Guest) -> None:
    seal = noor.seal()
    noor.open(seal=seal)
    other = Guest(noor.link)
    assert heading(other.open(seal=seal)) == "The door is open" and other.passes == noor.passes


def test_the_countdown_of_a_repeated_answer_goes_on(noor: Guest) -> None:
    seal = noor.seal()
    noor.open(seal=seal)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        assert 'data-countdown="2"' in text(noor.open(seal=seal))
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        assert "It should be shut again by now." in text(noor.open(seal=seal))


def test_get_opens_nothing_and_binds_nobody(noor: Guest) -> None:
    for action in ("claim", "execute", "otp", "renewal", "lights", "ask"):
        assert noor.client.get(f"{noor.path}/{action}").status_code == 405
    assert not attempts() and not noor.link.invite.devices.exists()


def test_a_form_of_another_link_opens_nothing(noor: Guest, door: Door) -> None:
    page = noor.open(seal=Guest(invited(door)).seal())
    assert page.status_code == 403 and not attempts()


def test_a_form_shown_to_another_phone_opens_nothing(noor: Guest) -> None:
    noor.send("claim")
    stranger = Guest(noor.link)
    assert stranger.open(seal=noor.seal()).status_code == 403 and not attempts()


def test_a_page_from_before_the_first_tap_counts_after_it(noor: Guest) -> None:
    before = noor.seal()
    noor.send("claim")
    assert heading(noor.open(seal=before)) == "The door is open"


def test_an_old_page_is_shown_anew_and_opens_nothing(noor: Guest) -> None:
    seal = noor.seal()
    with time_machine.travel(timezone.now() + timedelta(seconds=121)):
        page = noor.open(seal=seal)
    assert page.status_code == 409 and not attempts()
    assert 'name="grant_id"' in text(page)  # with the door to tap on once more


def test_a_refusal_keeps_the_place(noor: Guest) -> None:
    Opener.objects.update(settings={"fault": "dead"})
    page = noor.open()
    assert page.status_code == 503 and len(noor.passes) == 1
    Opener.objects.update(settings={})
    Building.objects.update(next_open_at=None)
    assert heading(noor.open()) == "The door is open" and noor.link.invite.devices.count() == 1


def test_a_use_is_spent_only_when_the_door_confirmed(noor: Guest) -> None:
    noor.link.change(max_uses=2)
    Opener.objects.update(settings={"fault": "dead"})
    assert "nothing of your invite was used up" in text(noor.open())
    assert Invite.objects.get().uses == 0
    Opener.objects.update(settings={})
    Building.objects.update(next_open_at=None)
    assert "good for 1 more opening." in text(noor.open()) and Invite.objects.get().uses == 1


def held_closed(link: Link) -> None:
    Door.objects.update(hold="hold_closed")


def used_up(link: Link) -> None:
    link.change(max_uses=1, uses=1)


def out_of_hours(link: Link) -> None:
    link.change_access(schedule="BEGIN:VEVENT\nDTSTART:20200101T000000Z\nDTEND:20200101T010000Z\nEND:VEVENT\n")


def not_connected(link: Link) -> None:
    Door.objects.update(connected=False)


def silent(link: Link) -> None:
    Opener.objects.update(settings={"fault": "silent"})


def dead(link: Link) -> None:
    Opener.objects.update(settings={"fault": "dead"})


def by_card(link: Link) -> None:
    link.invite.access.doors.update(in_auth_types=["CARD"])


def by_scan(link: Link) -> None:
    link.invite.access.doors.update(in_auth_types=["SCAN"])


def by_pin(link: Link) -> None:
    link.invite.access.doors.update(in_auth_types=["REMOTE_PLUS_PHONE"])


def elsewhere(link: Link) -> None:
    link.invite.access.doors.all().delete()


ENDS = [
    (STATES["revoked"], 403, "This invite was taken back"),
    (STATES["disabled"], 403, "This invite is switched off"),
    (STATES["expired"], 403, "Your access has ended"),
    (STATES["scheduled"], 403, "Too early"),
    (held_closed, 403, "The door is kept shut"),
    (used_up, 403, "This invite is used up"),
    (out_of_hours, 403, "Not at this hour"),
    (not_connected, 409, "No door is connected"),
    (silent, 504, "We don't know whether the door opened"),
    (dead, 503, "The door did not answer"),
    (by_card, 403, "This door wants something else"),
    (by_scan, 403, "Scan the sign at the door"),
    (by_pin, 403, "The PIN is missing"),
    (elsewhere, 404, "That door is not on your invite any more"),
]


@pytest.mark.parametrize(("change", "status", "sentence"), ENDS, ids=[sentence for _, _, sentence in ENDS])
def test_each_refusal_has_its_own_sentence(noor: Guest, change: Any, status: int, sentence: str) -> None:
    noor.send("claim")
    seal = noor.seal()
    change(noor.link)
    page = noor.open(seal=seal)
    assert (page.status_code, heading(page)) == (status, sentence)


def test_a_second_phone_is_told_whom_to_ask(noor: Guest) -> None:
    noor.open()
    page = Guest(noor.link).open()
    assert (page.status_code, heading(page)) == (403, "This invite is on another phone")
    assert f'href="{noor.path}"' in text(page) and pulses() == 1


def test_too_soon_after_another_opening_counts_down(noor: Guest, door: Door) -> None:
    Guest(invited(door)).open()
    page = noor.open()
    assert (page.status_code, page["Retry-After"]) == (429, "3")
    assert 'data-countdown="3"' in text(page) and 'name="grant_id"' in text(page)


def test_a_building_out_of_reach_is_certain(noor: Guest) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    noor.send("claim")
    seal = noor.seal()
    with upstream.through(httpx.MockTransport(down)):
        page = noor.open(seal=seal)
    assert page.status_code == 503 and "was not opened, that is certain" in text(page)


class Heard(httpx.ASGITransport):
    """The embedded building, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(app=upstream._Building(), raise_app_exceptions=False)
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[2]}")
        return await super().handle_async_request(request)


def test_a_phone_with_a_pass_waits_for_one_answer_alone(noor: Guest) -> None:
    noor.open()
    Building.objects.update(next_open_at=None)
    with upstream.through(heard := Heard()):
        page = noor.open()
    assert (heard.asked, heading(page)) == (["POST execute"], "The door is open")
    assert Door.objects.values_list("name__en", flat=True)[0] in text(page)


def test_without_cookies_one_tap_opens_too(noor: Guest) -> None:
    page = Client().post(f"{noor.path}/execute", {"seal": noor.seal(), "grant_id": noor.link.grant})
    assert heading(page) == "The door is open"


def plain_building(request: httpx.Request) -> httpx.Response:
    """A building that keeps to the published contract and adds nothing."""
    if request.url.path.endswith("/session"):
        return httpx.Response(200, headers={"Set-Cookie": "oa_access_invite=01GUEST; HttpOnly; Path=/"})
    if request.url.path.endswith("/execute"):
        assert "oa_access_invite=01GUEST" in request.headers["Cookie"]
        return httpx.Response(200, json={"ok": True, "door_auto_close_duration": 5, "degradation": {"seconds": 2}})
    return httpx.Response(500)


def test_a_building_that_adds_nothing_opens_as_well(noor: Guest) -> None:
    with upstream.through(httpx.MockTransport(plain_building)):
        page = noor.open()
    said = text(page)
    assert heading(page) == "The door is open" and 'data-countdown="5"' in said and len(noor.passes) == 1
    assert "The lock has confirmed it." in said and "slower than usual" in said
