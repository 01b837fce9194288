"""Wi-Fi networks: their passwords are written, sealed, and never shown at the desk."""

import pytest

from visitor_portal.building.models import WifiNetwork
from visitor_portal.building.models.sealed import unseal

from .forms import errors, read, send, text

ADD = "/admin/building/wifinetwork/add/"


@pytest.fixture
def network(desk, building) -> WifiNetwork:
    assert send(desk, ADD, building=building.id, ssid="Guests", password="open sesame").status_code == 302
    return WifiNetwork.objects.get()


def page(network) -> str:
    return f"/admin/building/wifinetwork/{network.pk}/change/"


def test_a_password_is_sealed(network):
    assert unseal(network.sealed) == {"password": "open sesame"}
    assert "sesame" not in network.sealed


def test_it_is_never_shown_again(desk, network):
    assert read(desk, page(network)).secrets == {"password": ""}
    answer = desk.get(page(network))
    assert "sesame" not in answer.content.decode()
    assert "Set. Leave empty to keep it." in text(answer)


def test_an_empty_one_stays_what_it_was(desk, network):
    send(desk, page(network), notes="lobby only")
    network.refresh_from_db()
    assert (network.notes, unseal(network.sealed)) == ("lobby only", {"password": "open sesame"})


def test_it_is_taken_away_by_a_tick_or_when_the_network_opens(desk, network):
    send(desk, page(network), forget_password="on")
    network.refresh_from_db()
    assert network.sealed == ""
    send(desk, page(network), password="open sesame")
    send(desk, page(network), security="open")
    network.refresh_from_db()
    assert network.sealed == ""


@pytest.mark.parametrize(
    ("security", "password", "said"),
    [
        ("wpa_psk", "short", "A WPA password has at least 8 characters."),
        ("open", "open sesame", "An open network has none."),
    ],
)
def test_a_password_that_cannot_be_is_refused(desk, building, security, password, said):
    answer = send(desk, ADD, building=building.id, ssid="Guests", security=security, password=password)
    assert errors(answer) == {"password": [said]}
    assert password not in answer.content.decode()


def test_the_list_says_whether_there_is_one(desk, network):
    assert "icon-yes" in desk.get("/admin/building/wifinetwork/").content.decode()
