"""The page of an invite: each state, and each fact that the host gave."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.building import inviting
from tests.building.conftest import pulses
from tests.building.inviting import STATES, Link
from tests.pages import read
from visitor_portal.building import asking, invites
from visitor_portal.building.models import AccessDoor, Building, DeviceRequest, InviteRenewal, Portal
from visitor_portal.visitor.shown import QUICK, SLOW

link = inviting.link
HOUR = timedelta(hours=1)
BUTTON = "/execute"


def page(visitor: Client, link: Link, **headers: str) -> str:
    response = visitor.get(f"/invite/{link.token}", headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


def poll(visitor: Client, html: str) -> Any:
    """What the fragment of this page asks for by itself."""
    asked = re.search(r'id="invite-status"[^>]*hx-get="([^"]+)"', html)
    assert asked
    return visitor.get(asked[1], headers={"HX-Request": "true"})


def every(html: str) -> str | None:
    found = re.search(r'hx-trigger="every (\w+), look"', html)
    return found[1] if found else None


@pytest.mark.parametrize(
    ("state", "words", "then", "interval"),
    [
        ("active", "Dinner on Friday", "To reach your host", QUICK),
        ("scheduled", "It begins", "appears here by itself", SLOW),
        ("expired", "Your invite has ended", "Ask for more time", SLOW),
        ("revoked", "Your invite was taken back", "ask whoever invited you", None),
        ("disabled", "Your invite is switched off", "Ask whoever invited you", SLOW),
        ("max_devices_reached", "This invite is on another phone", "Ask the host", SLOW),
    ],
)
def test_each_state_has_its_words_and_its_next_step(
    visitor: Client, link: Link, portal: Portal, state: str, words: str, then: str, interval: str | None
) -> None:
    STATES[state](link)
    html = page(visitor, link)
    assert words in html and then in html
    assert (BUTTON in html) is (state == "active")
    assert every(html) == interval
    assert len(re.findall("<h1", html)) == 1


def test_an_invite_that_is_used_up_says_so(visitor: Client, link: Link) -> None:
    link.change(max_uses=2, uses=2)
    html = page(visitor, link)
    assert "Your invite is used up" in html and "It was good for 2 openings." in html and BUTTON not in html


def test_an_unknown_link_is_the_page_of_any_unknown_address(visitor: Client, building: Building) -> None:
    unknown = visitor.get(f"/invite/invite_{'x' * 43}")
    assert unknown.status_code == 404 and unknown.content == visitor.get("/nothing/here").content


def test_a_void_link_shows_nothing_of_the_building(visitor: Client, link: Link, portal: Portal) -> None:
    link.change(message={"en": "Third floor, left."}, contact_name="Noor")
    for state in ("revoked", "disabled", "expired", "max_devices_reached"):
        STATES["active"](link)
        STATES[state](link)
        html = page(visitor, link)
        for secret in ("Quay", "Harbour", "Lobby", "Third floor", "Noor", portal.public_id):
            assert secret not in html


def test_shows_the_hosts_words_in_the_guests_language(visitor: Client, link: Link) -> None:
    link.change(message={"en": "Third floor,\nleft.", "de": "Dritter Stock."}, contact_name="Noor")
    assert "Third floor,<br>left." in page(visitor, link) and "for Noor" in page(visitor, link)
    assert "Dritter Stock." in page(visitor, link, **{"Accept-Language": "de"})


@pytest.mark.parametrize(
    ("asked", "told"), [("", "Startseite"), ("pl,cs;q=0.5", "Startseite"), ("en-GB", "Dinner"), ("fr", "Dinner")]
)
def test_speaks_the_guests_language_that_the_host_chose_unless_the_phone_names_one(
    visitor: Client, link: Link, asked: str, told: str
) -> None:
    link.change(locale="de", message={"de": "Startseite", "en": "Dinner"})
    response = visitor.get(f"/invite/{link.token}", headers={"Accept-Language": asked})
    assert told in response.content.decode()
    assert response["Content-Language"] == ("de" if told == "Startseite" else asked[:2])


def test_an_invite_without_a_name_has_a_title_all_the_same(visitor: Client, link: Link) -> None:
    link.change(name="")
    assert read(visitor.get(f"/invite/{link.token}")).headings == ["You are invited"]


def test_words_of_others_are_escaped(visitor: Client, link: Link) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    link.change(name=evil, contact_name=evil, message={"en": evil})
    html = page(visitor, link)
    assert "<img src=x" not in html and "&lt;img src=x" in html


# -- where


def test_says_where_it_is(visitor: Client, link: Link) -> None:
    Building.objects.update(notes={"en": "The blue door."})
    html = page(visitor, link)
    assert "12 Quay Street" in html and "The blue door." in html
    assert 'href="https://www.openstreetmap.org/search?query=12+Quay+Street" target="_blank" rel="noreferrer' in html


def test_the_map_is_a_link_and_nothing_is_loaded_from_elsewhere(visitor: Client, link: Link) -> None:
    html = page(visitor, link)
    assert not re.findall(r'(?:src|srcset|poster|data)="(?:https?:)?//', html)
    assert re.findall(r'href="(https?://[^/"]+)', html) == ["https://www.openstreetmap.org"]


def test_a_place_of_its_own_stands_in_for_the_building(visitor: Client, link: Link) -> None:
    link.change(location_mode="explicit", event_address={"en": "Boat shed 4"})
    html = page(visitor, link)
    assert "Boat shed 4" in html and "12 Quay Street" not in html


def test_a_hidden_place_is_not_named(visitor: Client, link: Link) -> None:
    link.change(location_mode="none")
    html = page(visitor, link)
    assert not re.search("Quay|Harbour|openstreetmap|Where it is", html)


# -- when


def test_counts_down_to_the_beginning(visitor: Client, link: Link, portal: Portal) -> None:
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        link.change_access(valid_from=timezone.now() + 2 * HOUR, valid_to=timezone.now() + 5 * HOUR)
        html = page(visitor, link, **{"Accept-Language": "en-GB"})
        assert 'data-left="7200"' in html and "It begins today, 14:00" in html and "in 2 hours" in html
        assert "Then it opens: Lobby" in html and BUTTON not in html
        assert '<noscript><meta http-equiv="refresh" content="600"></noscript>' in html
        clock.shift(2 * HOUR - timedelta(seconds=30))
        html = page(visitor, link)
        assert 'content="31"' in html and every(html) == QUICK
        clock.shift(timedelta(seconds=30))
        fragment = poll(visitor, html)
        assert fragment.status_code == 200 and BUTTON in fragment.content.decode()


def test_between_two_times_it_waits(visitor: Client, link: Link, portal: Portal) -> None:
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        times = "DTSTART:20260504T140000Z\nDURATION:PT2H\nRRULE:FREQ=WEEKLY"
        link.change_access(
            schedule=f"BEGIN:VEVENT\n{times}\nEND:VEVENT\n",
            valid_from=timezone.now() - HOUR,
            valid_to=timezone.now() + 999 * HOUR,
        )
        html = page(visitor, link, **{"Accept-Language": "en-GB"})
        assert "It holds again today, 14:00" in html and BUTTON not in html
        clock.shift(3 * HOUR)
        html = page(visitor, link, **{"Accept-Language": "en-GB"})
        assert "until today, 16:00" in html and "Mon\xa011\xa0May, 14:00–16:00" in html and BUTTON in html


def test_the_buildings_hours_are_told_and_leave_the_button(visitor: Client, link: Link, portal: Portal) -> None:
    Building.objects.update(
        time_zone="Europe/Lisbon",
        curfew_windows=[{"start": "23:00", "end": "05:59"}],
        allowed_weekdays=[1, 2, 3, 4, 5],
        blackout_dates=["2026-05-06"],
    )
    with time_machine.travel("2026-05-04T22:30:00Z", tick=False):
        link.change_access(valid_from=timezone.now() - HOUR, valid_to=timezone.now() + 99 * HOUR)
        html = page(visitor, link, **{"Accept-Language": "en-GB"})
    assert "It does again from tomorrow, 06:00 on." in html and BUTTON in html
    assert re.search(r"Mon – Fri</th><td>06:00–23:00<", html) and re.search(r"Sat – Sun</th><td>closed<", html)
    assert "Wed\xa06\xa0May" in html and "Times are those of Lisbon." in html and 'data-zone="Europe/Lisbon"' in html


# -- the host


def test_leads_to_the_sign_where_the_host_can_be_rung(visitor: Client, link: Link, portal: Portal) -> None:
    html = page(visitor, link)
    assert f'href="/p/{portal.public_id}"' in html and "Ring at Lobby" in html


def test_a_door_without_a_sign_offers_no_bell(visitor: Client, link: Link) -> None:
    assert "Ring at" not in page(visitor, link)


def test_an_invite_without_a_door_says_so(visitor: Client, link: Link) -> None:
    AccessDoor.objects.all().delete()
    html = page(visitor, link)
    assert "No door is on your invite at the moment" in html and BUTTON not in html


def test_a_phone_that_asked_reads_what_became_of_it(visitor: Client, link: Link, portal: Portal) -> None:
    STATES["max_devices_reached"](link)
    sent = visitor.post(f"/invite/{link.token}/ask", read(visitor.get(f"/invite/{link.token}")).fields)
    html = page(visitor, link)
    assert sent.status_code == 303 and "Your host was asked" in html and "/ask" not in html and every(html) == QUICK
    asking.answer(DeviceRequest.objects.get(), False, now=timezone.now())
    assert "Your host said no" in poll(visitor, html).content.decode() and every(page(visitor, link)) == SLOW


def test_a_phone_that_is_let_in_gets_its_button(visitor: Client, link: Link, portal: Portal) -> None:
    STATES["max_devices_reached"](link)
    visitor.post(f"/invite/{link.token}/ask", read(visitor.get(f"/invite/{link.token}")).fields)
    html = page(visitor, link)
    asking.answer(DeviceRequest.objects.get(), True, now=timezone.now())
    assert BUTTON in poll(visitor, html).content.decode()
    assert BUTTON not in page(Client(), link)


def test_who_asked_for_more_time_is_told_that_it_waits(visitor: Client, link: Link) -> None:
    STATES["expired"](link)
    InviteRenewal.objects.create(invite=link.invite, note="", at=timezone.now())
    html = page(visitor, link)
    assert "You have asked for more time" in html and "/renewal" not in html


def test_a_renewed_invite_shows_by_itself(visitor: Client, link: Link, portal: Portal) -> None:
    STATES["expired"](link)
    html = page(visitor, link)
    link.change_access(valid_to=timezone.now() + HOUR)
    assert BUTTON in poll(visitor, html).content.decode()


# -- the fragment


def test_what_is_shown_already_is_not_sent_again(visitor: Client, link: Link, portal: Portal) -> None:
    with time_machine.travel("2026-05-04T12:00:01Z", tick=False) as clock:
        link.change_access(valid_from=timezone.now() - HOUR, valid_to=timezone.now() + HOUR)
        html = page(visitor, link)
        assert poll(visitor, html).status_code == 204
        clock.shift(60)  # tokens of its forms grow old
        assert poll(visitor, html).status_code == 200


@pytest.mark.parametrize("state", ["revoked", "disabled", "expired"])
def test_what_ends_while_the_page_is_open_takes_its_button_away(
    visitor: Client, link: Link, portal: Portal, state: str
) -> None:
    html = page(visitor, link)
    fields = read(visitor.get(f"/invite/{link.token}")).fields
    STATES[state](link)
    fragment = poll(visitor, html)
    assert fragment.status_code == 200 and BUTTON not in fragment.content.decode()
    refused = visitor.post(f"/invite/{link.token}/execute", fields | {"grant_id": link.grant})
    assert refused.status_code == 403
    assert pulses() == 0


def test_a_link_that_is_no_more_takes_its_button_away(visitor: Client, link: Link, portal: Portal) -> None:
    html = page(visitor, link)
    invites.regenerate_token(link.invite)
    fragment = poll(visitor, html)
    assert fragment.status_code == 404 and "Nothing is here" in fragment.content.decode()
    assert BUTTON not in fragment.content.decode() and every(fragment.content.decode()) is None
    assert "HX-Retarget" not in fragment


# -- previews


def test_a_preview_tells_no_secret(visitor: Client, link: Link, portal: Portal) -> None:
    link.change(contact_name="Noor", message={"en": "Third floor."})
    head, _, _ = page(visitor, link).partition("<body")
    assert 'property="og:title" content="You are invited"' in head
    for secret in (link.token, "Noor", "Dinner", "Harbour", "Quay", "Third", portal.public_id):
        assert secret not in head


def test_the_first_look_is_light(visitor: Client, link: Link, portal: Portal) -> None:
    link.change(message={"en": "Third floor. " * 20}, contact_name="Noor")
    packed = visitor.get(f"/invite/{link.token}", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < 8 * 1024
    html = page(visitor, link)
    assert len(re.findall(r'<(?:script[^>]*src|link[^>]*href|img[^>]*src)="[^"]+"', html)) <= 4
