"""Residents, and the link that each of them is handed once."""

import re

import pytest
from django.test import Client

from visitor_portal.building.models import Resident
from visitor_portal.building.models.ids import hashed

from .forms import read, send, text


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.PUBLIC_BASE_URL = "http://testserver"


def link_on(answer) -> str:
    """The link that this page shows."""
    assert answer.status_code == 200
    (link,) = re.findall(r'value="(http://testserver/resident/resident_[\w-]{43})"', answer.content.decode())
    return str(link)


def opens(link: str) -> bool:
    """Whether a phone that opens this link is taken for a resident."""
    phone = Client()
    phone.get(link)
    return phone.get("/resident").status_code == 200


def renew(desk, who):
    return desk.post(f"/admin/building/resident/{who.resident.id}/new-link/", {"sure": "yes"})


def test_adding_a_resident_shows_the_link_once(desk, building):
    answer = desk.post("/admin/building/resident/add/", {"building": building.id, "name": "Carol"})
    link, carol = link_on(answer), Resident.objects.get(name="Carol")
    assert hashed(link.rpartition("/")[2]) == carol.key_hash
    assert opens(link)
    assert "/resident/resident_" not in desk.get(f"/admin/building/resident/{carol.id}/change/").content.decode()


def test_the_link_comes_with_a_qr_code_in_the_page(desk, building):
    answer = desk.post("/admin/building/resident/add/", {"building": building.id, "name": "Carol"})
    assert 'src="data:image/svg+xml' in answer.content.decode()


def test_a_new_link_is_made_after_a_second_press(desk, alice):
    asked = desk.post(f"/admin/building/resident/{alice.resident.id}/new-link/")
    assert "The one before stops working at once." in text(asked)
    assert opens(f"http://testserver/resident/{alice.key}")


def test_with_a_new_link_the_old_one_stops_working(desk, alice):
    link = link_on(renew(desk, alice))
    assert opens(link)
    assert not opens(f"http://testserver/resident/{alice.key}")


def test_a_phone_that_took_the_old_link_is_signed_out(desk, alice):
    phone = Client()
    phone.get(f"/resident/{alice.key}")
    assert phone.get("/resident").status_code == 200
    renew(desk, alice)
    assert phone.get("/resident").status_code != 200


def test_no_key_is_written_down_anywhere(desk, alice):
    key = link_on(renew(desk, alice)).rpartition("/")[2]
    history = desk.get(f"/admin/building/resident/{alice.resident.id}/history/").content.decode()
    assert "New link." in history
    assert key not in history + str(list(Resident.objects.values())) + str(dict(desk.session))


def test_changing_a_resident_leaves_the_link_alone(desk, alice):
    url = f"/admin/building/resident/{alice.resident.id}/change/"
    assert send(desk, url, name="Alice Okafor", do_not_disturb="on").status_code == 302
    alice.resident.refresh_from_db()
    assert (alice.resident.name, alice.resident.do_not_disturb) == ("Alice Okafor", True)
    assert opens(f"http://testserver/resident/{alice.key}")


def test_a_link_renewed_meanwhile_is_not_taken_back(desk, alice):
    url = f"/admin/building/resident/{alice.resident.id}/change/"
    sent = read(desk, url).sent
    link = link_on(renew(desk, alice))
    assert desk.post(url, sent).status_code == 302
    assert opens(link)


def test_the_list_names_the_entries_and_who_wants_quiet(desk, alice, mallory):
    Resident.objects.filter(name="Alice").update(do_not_disturb=True)
    said = text(desk.get("/admin/building/resident/"))
    assert "Alice Okafor & Lindqvist" in said
    assert "Mallory none yet" in said
    quiet = desk.get("/admin/building/resident/?do_not_disturb__exact=1").context["cl"].result_list
    assert [resident.name for resident in quiet] == ["Alice"]


def test_somebody_is_found_by_name(desk, alice, bob):
    found = desk.get("/admin/building/resident/?q=bo").context["cl"].result_list
    assert [resident.name for resident in found] == ["Bob"]
