"""What an invite's page leads to: its picture, a calendar's file, and a QR code for the Wi-Fi."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from PIL import Image

from tests.building import inviting
from tests.building.inviting import STATES, Link
from visitor_portal.building.models import Building, Portal
from visitor_portal.building.models import WifiNetwork as Network
from visitor_portal.building.models.sealed import seal
from visitor_portal.public_access.wire import Invite, Place, WifiNetwork
from visitor_portal.visitor import place, wifi

link = inviting.link
HOUR = timedelta(hours=1)


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 32), "teal").save(out, "JPEG")
    return out.getvalue()


# -- the picture


def test_shows_the_picture_by_way_of_us(visitor: Client, link: Link) -> None:
    link.change(photo=picture())
    path = f"/invite/{link.token}/photo"
    assert f'<img class="sign__photo" src="{path}"' in visitor.get(f"/invite/{link.token}").content.decode()
    photo = visitor.get(path)
    assert (photo.content, photo["Content-Type"]) == (picture(), "image/jpeg")
    assert photo["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("state", ["revoked", "expired", "disabled"])
def test_a_void_link_has_no_picture(visitor: Client, link: Link, state: str) -> None:
    link.change(photo=picture())
    STATES[state](link)
    assert visitor.get(f"/invite/{link.token}/photo").status_code == 404
    assert "<img" not in visitor.get(f"/invite/{link.token}").content.decode()


# -- the calendar


def diary(visitor: Client, link: Link) -> Calendar:
    page = visitor.get(f"/invite/{link.token}").content.decode()
    assert f'href="/invite/{link.token}/calendar.ics"' in page
    file = visitor.get(f"/invite/{link.token}/calendar.ics")
    assert file["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(file.content)


@time_machine.travel("2026-05-04T12:00:00Z", tick=False)
def test_the_calendar_knows_when_where_and_the_link(visitor: Client, link: Link) -> None:
    link.change(name="Dinner; on\r\nFriday, with Léa", pin_hash="x", message={"en": "The key is under the mat."})
    link.change_access(valid_from=timezone.now() + HOUR, valid_to=timezone.now() + 3 * HOUR)
    (event,) = diary(visitor, link).events
    assert (event.start, event.end) == (
        datetime(2026, 5, 4, 13, tzinfo=UTC),
        datetime(2026, 5, 4, 15, tzinfo=UTC),
    )
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Dinner; on\nFriday, with Léa", "12 Quay Street")
    assert event["URL"] == f"http://localhost:8000/invite/{link.token}"
    assert "mat" not in event.to_ical().decode() and link.token not in str(event["UID"])


@time_machine.travel("2026-05-04T12:00:00Z", tick=False)
def test_the_calendar_has_each_time_that_is_told_and_the_same_one_once(visitor: Client, link: Link) -> None:
    times = "DTSTART:20260504T110000Z\nDURATION:PT2H\nRRULE:FREQ=WEEKLY"
    link.change_access(
        schedule=f"BEGIN:VEVENT\n{times}\nEND:VEVENT\n",
        valid_from=timezone.now() - 2 * HOUR,
        valid_to=timezone.now() + 999 * HOUR,
    )
    names = [[str(event["UID"]) for event in diary(visitor, link).events] for _ in range(2)]
    assert [event.start.day for event in diary(visitor, link).events] == [4, 11]
    assert names[0] == names[1] and len(set(names[0])) == 2


@pytest.mark.parametrize("state", ["revoked", "expired", "disabled", "max_devices_reached"])
def test_a_void_link_has_no_calendar(visitor: Client, link: Link, state: str) -> None:
    STATES[state](link)
    assert visitor.get(f"/invite/{link.token}/calendar.ics").status_code == 404


# -- Wi-Fi


def network(link: Link, building: Building, **facts: object) -> Network:
    given = {"ssid": "Harbour guests", "sealed": seal({"password": "low tide"})} | facts
    made = Network.objects.create(building=building, **given)
    link.invite.wifi_networks.add(made)
    return made


def test_the_network_is_told_to_be_copied_and_scanned(visitor: Client, link: Link, building: Building) -> None:
    made = network(link, building, notes="Lobby only")
    page = visitor.get(f"/invite/{link.token}").content.decode()
    for words in ("Harbour guests", "low tide", "Lobby only", 'data-copy="low tide" hidden'):
        assert words in page
    path = f"/invite/{link.token}/wifi/{made.id}.svg"
    assert f'src="{path}"' in page
    code = visitor.get(path)
    assert code["Content-Type"] == "image/svg+xml" and code.content.startswith(b"<svg")
    assert "Cache-Control" not in code  # what the guard says then is no-store


def test_an_open_network_says_that_it_needs_no_password(visitor: Client, link: Link, building: Building) -> None:
    network(link, building, security="open", sealed="")
    page = visitor.get(f"/invite/{link.token}").content.decode()
    assert "It needs no password." in page and ".svg" in page


def test_what_cannot_be_told_is_to_be_asked_for(visitor: Client, link: Link, building: Building) -> None:
    made = network(link, building, sealed="")
    page = visitor.get(f"/invite/{link.token}").content.decode()
    assert "Ask your host for the password. The door opens without it." in page and "wifi/" not in page
    assert visitor.get(f"/invite/{link.token}/wifi/{made.id}.svg").status_code == 404


def test_an_enterprise_network_has_its_user_name_and_no_code(visitor: Client, link: Link, building: Building) -> None:
    network(link, building, security="wpa_enterprise", username="guest-7")
    page = visitor.get(f"/invite/{link.token}").content.decode()
    assert "guest-7" in page and "low tide" in page and "wifi/" not in page


@pytest.mark.parametrize("state", [state for state in STATES if state != "active"])
def test_no_other_state_tells_the_wifi(visitor: Client, link: Link, building: Building, state: str) -> None:
    made = network(link, building)
    STATES[state](link)
    assert "low tide" not in visitor.get(f"/invite/{link.token}").content.decode()
    assert visitor.get(f"/invite/{link.token}/wifi/{made.id}.svg").status_code == 404


@pytest.mark.parametrize("wifi_id", ["nobodys", "x" * 129, "a.b", "%2e%2e"])
def test_a_network_that_is_not_on_the_invite_has_no_code(visitor: Client, link: Link, wifi_id: str) -> None:
    assert visitor.get(f"/invite/{link.token}/wifi/{wifi_id}.svg").status_code == 404


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"ssid": "Harbour", "security": "open"}, "WIFI:T:nopass;S:Harbour;;"),
        (
            {"ssid": "Harbour", "security": "wpa_psk", "password": "low tide"},
            "WIFI:T:WPA;S:Harbour;P:low tide;;",
        ),
        (
            {"ssid": 'a;b,c:d"e\\f', "security": "wpa_psk", "password": ";;P:x", "hidden": True},
            'WIFI:T:WPA;S:a\\;b\\,c\\:d\\"e\\\\f;P:\\;\\;P\\:x;H:true;;',
        ),
        ({"ssid": "Café 海", "security": "open"}, "WIFI:T:nopass;S:Café 海;;"),
    ],
)
def test_the_code_is_written_as_phones_read_it(facts: dict[str, object], text: str) -> None:
    told = WifiNetwork.from_json({"id": "n", **facts})
    assert wifi.payload(told) == text and wifi.svg(told).startswith(b"<svg")


# -- the map


def test_a_point_on_the_map_is_better_than_its_address() -> None:
    there = Invite("t", "active", access_control=Place(lat=38.7083, lng=-9.1363))
    found = place.map_url(place.of(there), "en")
    assert found == "https://www.openstreetmap.org/?mlat=38.708300&mlon=-9.136300#map=18/38.708300/-9.136300"


def test_without_a_place_there_is_no_map() -> None:
    assert place.map_url(None, "en") == "" and place.map_url(Place(), "en") == ""


def test_a_town_is_better_than_nothing() -> None:
    town = Place.from_json({"name": "x", "city": {"en": "Lisbon", "pt": "Lisboa"}, "country": "Portugal"})
    assert place.address(town, "pt-br") == "Lisboa, Portugal"


def test_a_sign_id_that_is_none_leaves_the_bell_out(visitor: Client, link: Link, portal: Portal) -> None:
    Portal.objects.filter(public_id=portal.public_id).update(public_id="no id / at all")
    page = visitor.get(f"/invite/{link.token}")
    assert page.status_code == 200 and not re.search("Ring at", page.content.decode())
