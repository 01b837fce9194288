"""The demo's invites: eight links, each in the state that it is there to show, however long ago they were made."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail

from tests.building.inviting import Phone
from visitor_portal.building.models import Access, Building, Invite, InviteDevice, Opener, PinTry

from .test_demo import demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def hashes_are_quick(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def links() -> dict[str, dict[str, str]]:
    """By name. Doors open at once again, and no contact is followed: that is not what is looked at here."""
    invites = json.loads(demo("--json"))["invites"]
    Building.objects.update(min_interval_ms=0)
    Opener.objects.update(settings={})
    return {invite["name"]: invite for invite in invites}


def token_of(link: dict[str, str]) -> str:
    return link["url"].rpartition("/")[2]


def shown(link: dict[str, str], phone: Phone | None = None) -> Any:
    return (phone or Phone()).ok("get_invite", token_of(link))


STATES = {
    "Dinner with Léa": "active",
    "Piano lesson": "scheduled",
    "Flat viewing": "expired",
    "House key for Sam": "revoked",
    "Dog walker": "disabled",
    "Parcel pick-up": "active",
    "Night nurse": "active",
    "Weekend guests": "max_devices_reached",
}


def test_eight_show_the_states_and_the_page_says_the_same():
    said = links()
    assert {name: link["state"] for name, link in said.items()} == STATES
    assert {name: shown(link)["state"] for name, link in said.items()} == STATES


def test_they_are_in_their_states_again_after_a_month_of_use(time_machine):
    time_machine.move_to(datetime(2026, 5, 5, 10, 0, tzinfo=UTC), tick=False)
    first = links()
    Invite.objects.update(revoked_at=datetime(2026, 5, 6, tzinfo=UTC), is_enabled=True, max_devices=3)
    Access.objects.update(status="deleted")
    time_machine.move_to(datetime(2026, 6, 5, 10, 0, tzinfo=UTC), tick=False)
    assert links() == first
    assert {name: shown(link)["state"] for name, link in first.items()} == STATES


def test_words_that_somebody_changed_stay_changed():
    links()
    Invite.objects.update(message={"en": "Changed"})
    assert shown(links()["Dinner with Léa"])["invitee_message"] == {"en": "Changed"}


def test_the_first_opens_the_lobby_and_wants_a_scan_at_the_garage():
    link, phone = links()["Dinner with Léa"], Phone()
    said = shown(link, phone)
    assert [grant["label"]["en"] for grant in said["grants"]] == ["Lobby", "Garage gate"]
    assert (set(said["invitee_message"]), said["wifi_networks"][0]["ssid"]) == (
        {"en", "fr", "he"},
        "Harbour House guests",
    )
    lobby, garage = (grant["id"] for grant in said["grants"])
    assert phone.send("execute_invite", token_of(link), body={"grant_id": garage})[1]["error_code"] == "scan_required"
    assert phone.ok("execute_invite", token_of(link), body={"grant_id": lobby})["ok"] is True


def test_the_lesson_repeats_every_week():
    said = shown(links()["Piano lesson"])
    assert (said["schedule_kind"], said["schedule"]["is_recurring"]) == ("single_recurring", True)
    assert said["schedule"]["next_window"]["from"] == said["valid_from"]


def test_the_pin_that_is_said_opens_also_after_wrong_ones():
    link, phone = links()["Parcel pick-up"], Phone()
    (pin,) = re.findall(r"\d{6}", link["try"])
    body = {"grant_id": shown(link)["grants"][0]["id"]}
    assert phone.send("execute_invite", token_of(link), body=body | {"pin": "000000"})[0] == 403
    links()
    assert not PinTry.objects.exists()
    assert phone.ok("execute_invite", token_of(link), body=body | {"pin": pin})["ok"] is True


def test_the_code_goes_to_the_named_contact():
    link, phone = links()["Night nurse"], Phone()
    body = {"grant_id": shown(link)["grants"][0]["id"]}
    assert phone.send("execute_invite", token_of(link), body=body)[1]["error_code"] == "otp_required"
    body["otp_challenge_id"] = phone.ok("start_invite_otp", token_of(link), body={})["challenge_id"]
    assert mail.outbox[0].to == ["irena@harbour-house.example"]
    body["otp_code"] = str(mail.outbox[0].body).split()[0]
    assert phone.ok("execute_invite", token_of(link), body=body)["ok"] is True


def test_the_last_is_on_one_phone_and_on_no_other():
    link = links()["Weekend guests"]
    assert (shown(link)["devices_count"], shown(link)["max_devices"]) == (1, 1)
    InviteDevice.objects.update(secret_hash="0" * 64)
    assert shown(links()["Weekend guests"])["devices_count"] == 1


def test_a_changed_key_of_the_installation_makes_new_links_that_work(settings):
    before = links()
    settings.SECRET_KEY = "another key of this installation, long enough"
    after = links()
    assert not {link["url"] for link in before.values()} & {link["url"] for link in after.values()}
    assert {name: shown(link)["state"] for name, link in after.items()} == STATES
    assert {shown(link)["state"] for link in before.values()} == {"not_found"}


def test_people_read_them_too():
    said = demo()
    assert "Invites: links for guests, in every state" in said
    assert all(link["url"] in said and link["try"] in said for link in links().values())
