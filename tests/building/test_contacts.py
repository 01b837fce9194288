"""A contact at the door that is followed: what it sees after an opening is written down and told."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from queue import Empty, Queue
from threading import Event, active_count

import pytest
from django.utils import timezone

from tests.building.api.conftest import Api
from tests.serving import wait_for
from visitor_portal import events
from visitor_portal.building import chain, contacts, sessions
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.drivers import DRIVERS, Wiring
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import AccessLog, Building, Door, Opener
from visitor_portal.building.refusals import Refusal

from .conftest import Visit, attempts
from .listening import has_news, heard, listening

pytestmark = pytest.mark.usefixtures("file_database")


@pytest.fixture
def followed(door) -> Iterator[Door]:
    """A door with a contact, which stays open for a second."""
    Opener.objects.update(settings={"contact": "followed"})
    Door.objects.update(open_seconds=1)
    door.refresh_from_db()
    yield door
    contacts.stop()


def seen(*states: str) -> bool:
    """Wait until the contact has said so much."""
    return wait_for(lambda: set(states) <= {row.state for row in AccessLog.objects.all()})


class Spoken(Simulated):
    """Its contact says what the test says, when the test says it."""

    def __init__(self) -> None:
        self.words: Queue[bool] = Queue()

    def contact(self, wiring: Wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
        while not stop.is_set():
            with suppress(Empty):
                yield self.words.get(timeout=0.05)


def test_the_visit_is_told_when_the_door_is_seen_open_and_when_shut(followed, visit, alice, now, monkeypatch):
    contact = Spoken()
    monkeypatch.setitem(DRIVERS, "simulated", contact)
    api = Api()
    (channel,) = listening(events.session_group(visit.id)).values()
    sessions.open_session(visit.seat(alice), key=None, now=now)
    said = [told(api, visit)]
    for is_open in (True, False):
        heard(channel)
        contact.words.put(is_open)
        assert wait_for(lambda: told(api, visit)["version"] == said[-1]["version"] + 1)
        said.append(told(api, visit))
        assert wait_for(lambda: has_news(channel)) and heard(channel) == [{"type": "session.changed"}]
    assert [answer["opening"]["seen_open"] for answer in said] == [None, True, None]
    assert {answer["opening"]["state"] for answer in said} == {"confirmed"}
    assert "door_open_until" in said[1] and "door_open_until" not in said[2]


def told(api: Api, visit: Visit) -> dict:
    answer: dict = api.ok("get_session", visit.id, token=visit.caller)
    return answer


def test_is_written_into_the_log_with_its_time(followed, portal, alice, now):
    attempt = open_door(followed, Terms(portal, alice.resident), now=now)
    assert seen("seen_open", "seen_shut")
    rows = {row.state: row for row in AccessLog.objects.filter(attempt=attempt.id)}
    opened, shut = rows["seen_open"].milliseconds, rows["seen_shut"].milliseconds
    assert opened is not None and 0 <= opened < 900
    assert shut is not None and 900 <= shut < 3000
    assert (rows["confirmed"].seen_open, rows["seen_shut"].resident) == (None, alice.resident.id)
    assert not chain.verify(followed.building_id).fault


def test_the_door_remembers_what_was_seen_last(followed, portal, alice, now):
    open_door(followed, Terms(portal, alice.resident), now=now)
    assert wait_for(lambda: Door.objects.get().is_seen_open is True)
    assert wait_for(lambda: Door.objects.get().is_seen_open is False)


@pytest.mark.parametrize(
    ("fault", "sees"), [("silent", True), ("lost", False), ("lying", False), ("refuse", False), ("dead", False)]
)
def test_sees_what_happened_whatever_the_lock_said(followed, portal, alice, now, fault, sees):
    Opener.objects.update(settings={"contact": "followed", "fault": fault})
    try:
        open_door(followed, Terms(portal, alice.resident), now=now)
    except Refusal:
        assert fault != "lying"
    if sees:
        assert seen("unknown", "seen_open")
        assert attempts()[0].seen_open is True
    else:
        time.sleep(0.15)
        assert attempts()[0].contact == ""


@pytest.mark.parametrize("contact", ["at_once", "none"])
def test_without_such_a_contact_nobody_follows(followed, portal, alice, now, contact):
    Opener.objects.update(settings={"contact": contact})
    before = active_count()
    open_door(followed, Terms(portal, alice.resident), now=now)
    assert active_count() == before


def test_stops_when_it_is_told(followed, portal, alice, now):
    Door.objects.update(open_seconds=60)
    followed.refresh_from_db()
    before = active_count()
    open_door(followed, Terms(portal, alice.resident), now=now)
    assert seen("seen_open")
    started = time.monotonic()
    contacts.stop()
    assert time.monotonic() - started < 1
    assert active_count() == before
    assert attempts()[0].contact == "seen_open"


def test_goes_on_after_a_stop(followed, portal, alice, now):
    contacts.stop()
    open_door(followed, Terms(portal, alice.resident), now=now)
    assert seen("seen_open")


def test_a_contact_that_breaks_changes_nothing(followed, portal, alice, now, monkeypatch, caplog):
    class Torn(Simulated):
        def contact(self, wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
            raise OSError("the wire is torn")

    monkeypatch.setitem(DRIVERS, "simulated", Torn())
    attempt = open_door(followed, Terms(portal, alice.resident), now=now)
    contacts.stop()
    assert (attempt.state, attempts()[0].contact) == ("confirmed", "")
    assert "The contact of a door could not be followed." in caplog.text


def test_settings_that_cannot_be_read_do_not_hide_that_the_door_opened(door, portal, alice, now):
    Opener.objects.create(door=door, position=1, sealed="sealed with another key")
    attempt = open_door(door, Terms(portal, alice.resident), now=now)
    assert attempt.state == "confirmed"


def test_a_door_that_never_opens_is_not_said_to_have_shut(followed, portal, alice, now, monkeypatch):
    class Shut(Simulated):
        def contact(self, wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
            yield from (False, False)

    monkeypatch.setitem(DRIVERS, "simulated", Shut())
    open_door(followed, Terms(portal, alice.resident), now=now)
    contacts.stop()
    assert attempts()[0].contact == ""


def test_is_followed_for_a_while_and_not_for_ever(followed, portal, alice, now: datetime, monkeypatch):
    given: list[float] = []

    class Patient(Simulated):
        def contact(self, wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
            given.append(seconds)
            yield False

    monkeypatch.setitem(DRIVERS, "simulated", Patient())
    open_door(followed, Terms(portal, alice.resident), now=now)
    contacts.stop()
    assert given == [1 + contacts.MARGIN]


def test_each_opening_has_a_contact_of_its_own(followed, portal, alice, now):
    first = open_door(followed, Terms(portal, alice.resident), now=now)
    assert seen("seen_open", "seen_shut")
    Building.objects.update(next_open_at=None)
    second = open_door(followed, Terms(portal, alice.resident), now=timezone.now())
    assert wait_for(lambda: AccessLog.objects.filter(attempt=second.id, state="seen_open").exists())
    assert AccessLog.objects.filter(attempt=first.id).count() == 5
