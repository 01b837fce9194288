"""A pass that a guest keeps on the phone: what it says, and for how long."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.building.inviting import invited
from visitor_portal.building.models import Building, Door

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def kept(client: Client, door: Door, **fields):
    return client.get(f"/invite/{invited(door, **fields).token}/pass")


def test_it_shows_what_is_true_and_opens_nothing(client: Client, door: Door):
    Building.objects.update(address={"en": "12 Quay Street"})
    page = kept(client, door, message={"en": "Second floor, left"})
    text = page.content.decode()
    assert page.status_code == 200
    assert all(words in text for words in ("No connection", "Second floor, left", "12 Quay Street"))
    assert not any(tag in text for tag in ("<form", "<button class", "<script", "hx-get"))


def test_nothing_is_called_today_on_it(client: Client, door: Door):
    text = kept(client, door, valid_to=NOON + timedelta(hours=3)).content.decode()
    assert re.search(r"Mon,\sMay\s4, 3:00\sPM", text)
    assert "today" not in text and "tomorrow" not in text


@pytest.mark.parametrize("hours", [3, 24 * 90])
def test_it_says_until_when_it_may_be_kept(client: Client, door: Door, hours: int):
    until = NOON + timedelta(hours=hours)
    assert kept(client, door, valid_to=until)["X-Kept-Until"] == str(round(until.timestamp() * 1000))


@pytest.mark.parametrize(
    "fields", [{"is_enabled": False}, {"revoked_at": NOON}, {"valid_to": NOON - timedelta(minutes=1)}]
)
def test_there_is_none_of_an_invite_that_shows_nothing(client: Client, door: Door, fields):
    assert kept(client, door, **fields).status_code == 404


def test_the_worker_is_served_at_the_root_and_never_old(client: Client):
    script = client.get("/sw.js")
    assert script["Content-Type"] == "text/javascript; charset=utf-8"
    assert script["Cache-Control"] == "no-cache"
    assert b"addEventListener" in script.content
