"""Who may do what to a visit by its pages, and when: every role in every state with every action.

ok: done, or shown · empty: there is nothing to see · role: 403, not yours · else: 409, somebody else of the household
has it · over: 409, it ended before
"""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from tests.building.conftest import WAYS, Visit, bring
from tests.conftest import Person
from tests.live.carrying import PEOPLE, Carried, around
from tests.matrix import everything, named, rows
from tests.pages import read
from visitor_portal import seals
from visitor_portal.building.models import Building, Camera, Entry, Portal
from visitor_portal.roles import Role, RoleName

LOOKS = {"page": "", "status": "/status", "ice": "/ice", "cameras": "/cameras", "picture": "/camera/0"}
TAPS: dict[str, RoleName] = {
    "cancel": "caller",
    "answer": "callee",
    "decline": "callee",
    "open": "callee",
    "lights": "callee",
    "receipt": "callee",
}
# What is not in it is `role`, whoever asks and whenever.
# The call was answered, opened or declined by Alice, except where the column says Bob.
TABLE = """
                 pending ringing active  active  accepted declined cancelled expired failed
                                 (alice) (bob)
page     caller  ok      ok      ok      ok      ok       ok       ok        ok      ok
page     alice   ok      ok      ok      ok      ok       ok       ok        ok      ok
page     bob     ok      ok      ok      ok      ok       ok       ok        ok      ok
status   caller  ok      ok      ok      ok      ok       ok       ok        ok      ok
status   alice   ok      ok      ok      ok      ok       ok       ok        ok      ok
status   bob     ok      ok      ok      ok      ok       ok       ok        ok      ok
ice      caller  ok      ok      ok      ok      ok       empty    empty     empty   empty
ice      alice   ok      ok      ok      empty   ok       empty    empty     empty   empty
ice      bob     ok      ok      empty   ok      empty    empty    empty     empty   empty
cameras  alice   empty   empty   ok      role    ok       empty    empty     empty   empty
cameras  bob     empty   empty   role    ok      role     role     empty     empty   empty
picture  alice   empty   empty   ok      role    ok       empty    empty     empty   empty
picture  bob     empty   empty   role    ok      role     role     empty     empty   empty
cancel   caller  ok      ok      ok      ok      over     over     ok        over    over
answer   alice   ok      ok      ok      else    over     over     over      over    over
answer   bob     ok      ok      else    ok      else     over     over      over    over
decline  alice   ok      ok      ok      else    over     ok       over      over    over
decline  bob     ok      ok      else    ok      over     over     over      over    over
open     alice   ok      ok      ok      else    over     over     over      over    over
open     bob     ok      ok      else    ok      else     over     over      over    over
lights   alice   ok      ok      ok      ok      over     over     over      over    over
lights   bob     ok      ok      ok      ok      over     over     over      over    over
receipt  alice   ok      ok      ok      ok      ok       ok       ok        ok      ok
receipt  bob     ok      ok      ok      ok      ok       ok       ok        ok      ok
"""
ROWS = rows(TABLE)
REFUSED = {
    (403, "This visit is not yours to see"): "role",
    (409, "Already answered"): "else",
    (409, "This visit is over"): "over",
}


@pytest.fixture(autouse=True)
def house(portal: Portal, settings: Settings) -> None:
    """It has a camera and a way for the talk, and its door may be opened as often as one likes."""
    settings.STUN_SERVERS = ["stun:192.0.2.1:3478"]
    Building.objects.update(min_interval_ms=0)
    Camera.objects.create(portal=portal, device_id="simulated", label="Lobby")


def sent(visit: Visit, action: str, carried: Carried) -> Any:
    """With a form as our own page would have made it for this secret, even where no page of ours would."""
    if action in LOOKS:
        return carried.browser.get(f"/s/{visit.id}{LOOKS[action]}")
    name = TAPS[action]
    whose = carried.for_role(name) or Role("caller", visit.id, visit.caller)
    fields = {"seal": seals.mint("visit", visit.id, name, whose.fingerprint), "stage": "opened"}
    return carried.browser.post(f"/s/{visit.id}/{action}", fields)


def word(action: str, answer: Any) -> str:
    if answer.status_code >= 400:
        return REFUSED[answer.status_code, read(answer).headings[0]]
    is_empty = answer.status_code == 204 if action != "ice" else not answer.json()["iceServers"]
    return "empty" if is_empty and action not in TAPS else "ok"


def done(visit: Visit, action: str, carried: Carried) -> str:
    """What became of it; and whatever was not done moved nothing."""
    before = everything(visit)
    found = word(action, sent(visit, action, carried))
    assert (found == "ok" and action in TAPS) or everything(visit) == before, "something moved all the same"
    return found


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_cell(portal: Portal, entry: Entry, alice: Person, bob: Person, mallory: Person, row: list[str]) -> None:
    action, who, *expected = row
    found = []
    for way in WAYS:
        visit = bring(Visit(portal, entry), way, alice, bob)
        found.append(done(visit, action, around(visit, alice, bob, mallory)[who]))
    assert found == expected


@pytest.mark.parametrize("way", WAYS)
def test_all_else_is_refused(
    portal: Portal, entry: Entry, alice: Person, bob: Person, mallory: Person, way: str
) -> None:
    visit = bring(Visit(portal, entry), way, alice, bob)
    people = around(visit, alice, bob, mallory)
    rest = {(action, who) for action in (*LOOKS, *TAPS) for who in PEOPLE} - {(row[0], row[1]) for row in ROWS}
    assert len(rest) == 11 * 7 - len(ROWS)
    found = {(action, who): done(visit, action, people[who]) for action, who in rest}
    assert found == dict.fromkeys(rest, "role")
