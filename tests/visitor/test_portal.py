"""The sign's page."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.conftest import Person, person
from tests.pages import read
from visitor_portal.building.models import Building, Door, Entry, Membership, Portal, Resident


def test_shows_building_door_and_directory(visitor: Client, portal: Portal, alice: Person) -> None:
    page = visitor.get(f"/p/{portal.public_id}")
    assert page.status_code == 200
    for text in ("Harbour House", "Lobby", "12 Quay Street", "Floor 1", "Okafor &amp; Lindqvist", "Call"):
        assert text in page.content.decode()


def test_only_reads(visitor: Client, portal: Portal) -> None:
    assert visitor.post(f"/p/{portal.public_id}").status_code == 405
    assert visitor.head(f"/p/{portal.public_id}").status_code == 200


@pytest.mark.parametrize("wrong", ["nothing-is-here-by-this-name", "..%2f..%2fadmin", "a b", "é", "x" * 200, "%00"])
def test_unknown_and_malformed_ids_lead_to_one_page(visitor: Client, building: Building, wrong: str) -> None:
    page = visitor.get(f"/p/{wrong}")
    assert page.status_code == 404
    assert read(page).headings == ["Nothing is here"]
    assert page.content == visitor.get("/p/another-unknown-sign").content


def test_offers_the_allowed_actions(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    values = [b["value"] for b in read(visitor.get(f"/p/{portal.public_id}")).buttons if b.get("name") == "call"]
    assert values == [f"voice.{entry.id}", f"video.{entry.id}", f"message.{entry.id}"]


def test_video_only_entry_offers_no_voice(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    Entry.objects.update(require_video=True)
    values = [b["value"] for b in read(visitor.get(f"/p/{portal.public_id}")).buttons if b.get("name") == "call"]
    assert values == [f"video.{entry.id}", f"message.{entry.id}"]


def denied(entry: Entry, why: str) -> None:
    match why:
        case "Takes no calls":
            Membership.objects.update(receives_calls=False)
        case "Not to be disturbed now":
            Resident.objects.update(do_not_disturb=True)
        case "Takes no visitors":
            Entry.objects.update(visitors_allowed=False)


@pytest.mark.parametrize("why", ["Takes no calls", "Not to be disturbed now", "Takes no visitors"])
def test_says_why_an_entry_cannot_be_called(
    visitor: Client, portal: Portal, entry: Entry, alice: Person, why: str
) -> None:
    denied(entry, why)
    page = visitor.get(f"/p/{portal.public_id}")
    assert why in page.content.decode()
    assert not [b for b in read(page).buttons if b.get("name") == "call"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ready", "Nobody is listed yet"),
        ("not_configured", "There is no directory here yet"),
        ("disabled", "Moved to the front desk"),
    ],
)
def test_each_directory_state_has_its_words(visitor: Client, portal: Portal, state: str, words: str) -> None:
    Portal.objects.update(directory=state, directory_message={"en": "Moved to the front desk"})
    assert words in visitor.get(f"/p/{portal.public_id}").content.decode()


def test_disconnected_door_is_said(visitor: Client, portal: Portal, alice: Person) -> None:
    Door.objects.update(connected=False)
    assert "no door connected" in visitor.get(f"/p/{portal.public_id}").content.decode()


def test_names_are_escaped(visitor: Client, portal: Portal, building: Building) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    entry = Entry.objects.create(building=building, name={"en": evil}, floor=evil, unit="<b>")
    person(building, "Eve", at=entry)
    page = visitor.get(f"/p/{portal.public_id}", {"q": evil}).content.decode()
    assert "<img src=x" not in page and "&lt;img src=x" in page


def test_asks_the_building_once_for_many_readers(visitor: Client, portal: Portal, alice: Person) -> None:
    first = visitor.get(f"/p/{portal.public_id}").content.decode()
    Building.objects.update(name={"en": "Renamed"})
    assert "Harbour House" in first
    assert "Harbour House" in visitor.get(f"/p/{portal.public_id}").content.decode()


def test_two_pages_carry_two_tokens(visitor: Client, portal: Portal) -> None:
    seals = {read(visitor.get(f"/p/{portal.public_id}")).fields.get("seal") for _ in range(2)}
    assert len(seals) == 2


def test_visitor_pages_set_no_cookie(visitor: Client, portal: Portal) -> None:
    assert not visitor.get(f"/p/{portal.public_id}").cookies


@pytest.mark.parametrize(
    ("picture", "is_shown"),
    [
        ("https://pictures.example.com/door.jpg", True),
        ("https://elsewhere.example/door.jpg", False),
        ("https://pictures.example.com.evil.example/x.jpg", False),
    ],
)
def test_shows_pictures_of_named_hosts_alone(
    visitor: Client, portal: Portal, settings: Settings, picture: str, is_shown: bool
) -> None:
    settings.IMAGE_HOSTS = ["pictures.example.com"]
    Door.objects.update(image_url=picture)
    assert (picture in visitor.get(f"/p/{portal.public_id}").content.decode()) == is_shown
