import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.building.conftest import WAYS, Visit, bring
from tests.conftest import person
from visitor_portal import events
from visitor_portal.building.models import Building

from .hostile import assert_no_other_method


def visits(api, who):
    return api.ok("get_resident", token=who.key)["visits"]


def test_says_who_and_what_rings(api, visit, alice):
    said = api.ok("get_resident", token=alice.key)
    (ringing,) = said["visits"]
    assert (said["resident_id"], said["display_name"]) == (alice.resident.id, "Alice")
    assert said["group"] == events.resident_group(alice.resident.id)
    assert (ringing["session_id"], ringing["state"], ringing["mode"]) == (visit.id, "pending", "video")
    assert (ringing["portal_name"], ringing["building_name"]) == ({"en": "Lobby"}, {"en": "Harbour House"})
    assert ringing["target_name"] == {"en": "Okafor & Lindqvist"}


def test_hands_over_a_token_that_answers_as_this_resident(api, visit, alice, bob):
    (ringing,) = visits(api, alice)
    api.ok("answer_session", visit.id, token=ringing["callee_token"])
    assert visit.now_is().answered_by == alice.resident


def test_each_resident_has_a_token_of_the_own(api, visit, alice, bob):
    assert visits(api, alice)[0]["callee_token"] != visits(api, bob)[0]["callee_token"]


def test_only_the_flatmate_is_told_who_answered(api, visit, alice, bob):
    bring(visit, "active alice", alice, bob)
    assert "answered_by" not in visits(api, alice)[0]
    assert visits(api, bob)[0]["answered_by"] == "Alice"


@pytest.mark.parametrize("way", WAYS)
def test_shows_what_runs_and_not_what_is_over(api, visit, alice, bob, way):
    bring(visit, way, alice, bob)
    is_running = way.split()[0] in ("pending", "ringing", "active")
    assert [shown["session_id"] for shown in visits(api, bob)] == ([visit.id] if is_running else [])


def test_shows_the_oldest_first(api, portal, entry, alice):
    ids = [Visit(portal, entry).id for _ in range(3)]
    assert [shown["session_id"] for shown in visits(api, alice)] == ids


def test_shows_nobody_elses(api, visit, building, mallory):
    neighbour = person(building, "Neighbour")
    stranger = person(Building.objects.create(name={}), "Stranger")
    assert [visits(api, who) for who in (mallory, neighbour, stranger)] == [[], [], []]


def test_asks_the_database_as_often_for_20_visits_as_for_1(api, portal, entry, alice):
    counts: list[int] = []
    for many in (1, 20):
        for _ in range(many - len(counts)):
            Visit(portal, entry)
        with CaptureQueriesContext(connection) as queries:
            assert len(visits(api, alice)) == many
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4  # the resident, the visits, their lines, and phones that ask


def test_nobody_without_the_key(api, visit, alice):
    for token in (None, "", "wrong", "resident_", "resident_wrong", visit.caller, visit.token(alice)):
        assert api.refused("get_resident", token=token) == (401, "invalid_token")


def test_the_key_is_kept_as_a_hash_alone(alice):
    assert alice.key not in repr(type(alice.resident).objects.values().get())


def test_the_key_may_come_in_the_query(api, alice):
    assert api.ok("get_resident", query=f"?token={alice.key}") == api.ok("get_resident", token=alice.key)


def test_takes_no_other_method(api, alice):
    assert_no_other_method(api, "get_resident", token=alice.key)


def test_looking_does_not_make_it_ring(api, visit, alice):
    visits(api, alice)
    assert (visit.now_is().state, visit.now_is().version) == ("pending", 1)
