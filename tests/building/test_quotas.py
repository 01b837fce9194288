"""How often somebody may be rung: by one phone, at one flat, and from one door."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.building.api.conftest import Api
from tests.conftest import person
from visitor_portal.building import sessions
from visitor_portal.building.models import Building, Door, Entry, Portal, Session
from visitor_portal.building.refusals import Refusal

from .threads import together

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def generous(settings):
    """Each test makes one of them tight."""
    settings.RINGS_PER_VISITOR = settings.RINGS_PER_ENTRY = settings.RINGS_PER_DOOR = 1000


@pytest.fixture
def other(building) -> Entry:
    """The flat next door."""
    entry = Entry.objects.create(building=building, name={"en": "Weber"}, floor="1")
    person(building, "Jonas", at=entry)
    return entry


@pytest.fixture
def back(building) -> Portal:
    """A sign at another door."""
    door = Door.objects.create(building=building, name={"en": "Back door"})
    return Portal.objects.create(door=door, name={"en": "Back door"})


def ring(portal: Portal, entry: Entry, seconds: float = 0, *, guest: str = "phone") -> int | None:
    """None when it rings, else the seconds to wait."""
    try:
        sessions.ring(portal, entry, "video", guest=guest, now=NOON + seconds * SECOND)
    except Refusal as refusal:
        assert (refusal.status, refusal.code) == (429, "too_many_tries")
        return refusal.retry_after
    return None


def rings(portal: Portal, entry: Entry, *seconds: float, guest: str = "phone") -> list[bool]:
    return [ring(portal, entry, second, guest=guest) is None for second in seconds]


SPANS = {"RINGS_PER_VISITOR": 3600, "RINGS_PER_ENTRY": 600, "RINGS_PER_DOOR": 600}


@pytest.mark.parametrize("quota", SPANS)
def test_so_many_rings_and_no_more(portal, entry, alice, settings, quota):
    setattr(settings, quota, 3)
    assert rings(portal, entry, 0, 1, 2, 3, 4) == [True, True, True, False, False]
    assert Session.objects.count() == 3


@pytest.mark.parametrize("quota", SPANS)
def test_the_window_slides(portal, entry, alice, settings, quota):
    setattr(settings, quota, 2)
    span = SPANS[quota]
    assert rings(portal, entry, 0, 100) == [True, True]
    assert rings(portal, entry, span - 1, span, span + 1) == [False, True, False]
    assert rings(portal, entry, span + 99, span + 100) == [False, True]


@pytest.mark.parametrize("quota", SPANS)
@pytest.mark.parametrize("after", [10, 10.5, 500, 599.25])
def test_waiting_as_long_as_it_says_is_enough_and_not_a_second_less(portal, entry, alice, settings, quota, after):
    setattr(settings, quota, 2)
    rings(portal, entry, 0, 5)
    wait = ring(portal, entry, after)
    assert wait is not None and 0 <= after + wait - SPANS[quota] < 1
    assert rings(portal, entry, after + wait - 1, after + wait) == [False, True]


@pytest.mark.parametrize("quota", SPANS)
def test_a_refused_ring_does_not_count(portal, entry, alice, settings, quota):
    setattr(settings, quota, 1)
    span = SPANS[quota]
    assert rings(portal, entry, 0, span - 10, span - 1, span) == [True, False, False, True]


@pytest.mark.parametrize("state", ["accepted", "declined", "cancelled", "expired"])
def test_a_call_that_is_over_counts_like_any_other(portal, entry, alice, settings, state):
    settings.RINGS_PER_ENTRY = 1
    ring(portal, entry)
    Session.objects.update(state=state)
    assert ring(portal, entry, 1) is not None


def test_a_phone_is_counted_wherever_it_rings(portal, back, entry, other, alice, settings):
    settings.RINGS_PER_VISITOR = 2
    assert rings(portal, entry, 0) + rings(back, other, 1) + rings(portal, other, 2) == [True, True, False]
    assert rings(portal, other, 3, guest="another phone") == [True]


def test_a_flat_is_counted_whoever_rings_from_wherever(portal, back, entry, other, alice, settings):
    settings.RINGS_PER_ENTRY = 2
    assert rings(portal, entry, 0, guest="a") + rings(back, entry, 1, guest="b") == [True, True]
    assert rings(portal, entry, 2, guest="") == [False]
    assert rings(portal, other, 3) == [True]


def test_a_door_is_counted_whoever_rings_whom_by_whichever_sign(portal, back, entry, other, alice, settings):
    settings.RINGS_PER_DOOR = 2
    second_sign = Portal.objects.create(door=portal.door, name={"en": "Lobby, inside"})
    assert rings(portal, entry, 0, guest="a") + rings(second_sign, other, 1, guest="b") == [True, True]
    assert rings(portal, other, 2, guest="") == [False]
    assert rings(back, entry, 3) == [True]


def test_phones_that_say_nothing_are_not_taken_for_one(portal, entry, alice, settings):
    settings.RINGS_PER_VISITOR = 1
    assert rings(portal, entry, 0, 1, 2, guest="") == [True, True, True]


def test_another_building_is_counted_by_itself(portal, entry, alice, settings):
    settings.RINGS_PER_DOOR = settings.RINGS_PER_ENTRY = 1
    elsewhere = Building.objects.create(name={"en": "Elsewhere"})
    gate = Portal.objects.create(door=Door.objects.create(building=elsewhere, name={}), name={})
    home = Entry.objects.create(building=elsewhere, name={"en": "Home"}, floor="1")
    person(elsewhere, "Zoe", at=home)
    assert rings(portal, entry, 0) + rings(gate, home, 1) == [True, True]


def test_a_refused_ring_rings_nobody(portal, entry, alice, settings):
    settings.RINGS_PER_ENTRY = 1
    ring(portal, entry)
    ring(portal, entry, 1)
    assert alice.resident.rings.count() == 1


def test_the_client_is_told_how_long_to_wait(portal, entry, alice, settings):
    settings.RINGS_PER_VISITOR = 1
    api, body = Api(), {"target_entity_id": entry.id, "mode": "voice"}
    api.ok("start_portal_session", portal.public_id, body=body, X_Guest_Id="phone")
    refusal = api.refused("start_portal_session", portal.public_id, body=body, X_Guest_Id="phone")
    assert refusal == (429, "too_many_tries")
    assert 3590 < int(api.last["Retry-After"]) <= 3600
    api.ok("start_portal_session", portal.public_id, body=body, X_Guest_Id="another")
    assert list(Session.objects.order_by("created_at").values_list("guest", flat=True)) == ["phone", "another"]


@pytest.mark.parametrize("word", ["", "x" * 65, "a b", "phone\u202e", "'; DROP TABLE"])
def test_a_phone_that_calls_itself_something_odd_has_no_name(portal, entry, alice, word):
    body = {"target_entity_id": entry.id, "mode": "voice"}
    Api().ok("start_portal_session", portal.public_id, body=body, X_Guest_Id=word)
    assert Session.objects.get().guest == ""


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("quota", SPANS)
def test_of_thirty_rings_at_once_exactly_so_many_pass(portal, entry, alice, settings, quota):
    setattr(settings, quota, 7)
    results = together(*[lambda: ring(portal, entry)] * 30)
    assert results.count(None) == 7 == Session.objects.count()
