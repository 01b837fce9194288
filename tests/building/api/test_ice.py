"""The building tells each side of a call the ways to the other, and nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.building.conftest import bring
from tests.turning import of

TALKED = ["pending", "active alice", "accepted"]
OVER = ["declined", "cancelled", "expired"]


@pytest.fixture(autouse=True)
def turn(settings):
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.com:3478"], "shared"


@pytest.mark.parametrize("way", TALKED)
def test_both_sides_are_told_while_they_may_talk(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    tokens = (visit.caller, visit.token(alice))
    names = {of(api.ok("get_session", visit.id, token=token)["ice_servers"])[0] for token in tokens}
    assert len(names) == 2


@pytest.mark.parametrize("way", OVER)
def test_nobody_is_told_when_it_is_over(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    for token in (visit.caller, visit.token(alice)):
        assert "ice_servers" not in api.ok("get_session", visit.id, token=token)


def test_the_flatmate_who_came_second_is_told_nothing(api, visit, alice, bob):
    bring(visit, "active alice", alice, bob)
    assert "ice_servers" not in api.ok("get_session", visit.id, token=visit.token(bob))


def test_after_the_door_opened_they_may_talk_until_the_calls_own_end(api, visit, alice, bob):
    bring(visit, "accepted", alice, bob)
    with time_machine.travel(timezone.now() + timedelta(seconds=601)):
        assert "ice_servers" not in api.ok("get_session", visit.id, token=visit.caller)


def test_each_answer_has_young_credentials(api, visit):
    first = of(api.ok("get_session", visit.id, token=visit.caller)["ice_servers"])
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        second = of(api.ok("get_session", visit.id, token=visit.caller)["ice_servers"])
    older, younger = (int(name.partition(":")[0]) for name, _ in (first, second))
    assert younger - older in (19, 20, 21)
