"""Who rings at the same moment, on a real PostgreSQL: no quota is passed. THOROUGH=1 runs each race 200 times."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Person
from visitor_portal.building import sessions
from visitor_portal.building.models import Door, Entry, Opener, Portal, Session

from . import racing
from .racing import ROUNDS, Crew

postgres = racing.postgres
pytestmark = [pytest.mark.usefixtures("postgres"), pytest.mark.timeout(900)]


@pytest.fixture
def signs(postgres: None, portal: Portal) -> list[Portal]:
    """Of two doors of one building."""
    garage = Door.objects.create(building=portal.door.building, name={"en": "Garage"})
    Opener.objects.create(door=garage)
    return [portal, Portal.objects.create(door=garage, name={"en": "Garage"})]


def ring(sign: Portal, entry: Entry, guest: str = "") -> Callable[[], Any]:
    return lambda: sessions.ring(sign, entry, "voice", guest=guest, now=timezone.now())


def rung(rings: list[Callable[[], Any]]) -> None:
    """Three of these eight get through, each time."""
    with Crew(8) as crew:
        for _ in range(ROUNDS):
            Session.objects.all().delete()
            done = crew.do(*rings)
            assert Counter(each.code for each in done) == {"ok": 3, "too_many_tries": 5}
            assert Session.objects.count() == 3


def test_at_one_flat(signs: list[Portal], entry: Entry, alice: Person, settings: Any) -> None:
    settings.RINGS_PER_ENTRY = 3
    rung([ring(signs[0], entry)] * 8)


def test_from_one_door(signs: list[Portal], entry: Entry, alice: Person, settings: Any) -> None:
    settings.RINGS_PER_DOOR = 3
    rung([ring(signs[0], entry)] * 8)


def test_by_one_phone(signs: list[Portal], entry: Entry, alice: Person, settings: Any) -> None:
    settings.RINGS_PER_VISITOR = 3
    rung([ring(signs[0], entry, "phone")] * 8)


def test_at_one_flat_from_two_doors(signs: list[Portal], entry: Entry, alice: Person, settings: Any) -> None:
    settings.RINGS_PER_ENTRY = 3
    rung([ring(sign, entry) for sign in signs * 4])


def test_by_one_phone_at_two_doors(signs: list[Portal], entry: Entry, alice: Person, settings: Any) -> None:
    settings.RINGS_PER_VISITOR = 3
    rung([ring(sign, entry, "phone") for sign in signs * 4])
