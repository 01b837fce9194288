"""Who may do what to a visit, and when: every role in every state with every action.

ok: done · role: 403 wrong_role · none: 401 invalid_token · else: 409 answered_elsewhere · over: 409 session_over
"""

import pytest

from tests.building.conftest import WAYS, Visit, bring, holders
from tests.matrix import everything, named, rows
from visitor_portal.building.models import Building

ACTIONS = {
    "get": "get_session",
    "streams": "get_session_streams",
    "answer": "answer_session",
    "decline": "decline_session",
    "cancel": "cancel_session",
    "open": "open_session",
    "lights": "set_session_lights",
    "receipt": "receipt_session",
    "notify": "notify_session",
    "reply": "reply_session",
}
BODIES = {"receipt": {"stage": "opened"}, "notify": {"text": "At the gate"}, "reply": {"phrase": "coming"}}
# The call was answered, opened or declined by Alice, except where the column says Bob.
TABLE = """
                 pending ringing active  active  accepted declined cancelled expired failed
                                 (alice) (bob)
get      caller  ok      ok      ok      ok      ok       ok       ok        ok      ok
get      alice   ok      ok      ok      ok      ok       ok       ok        ok      ok
get      bob     ok      ok      ok      ok      ok       ok       ok        ok      ok
get      mallory role    role    role    role    role     role     role      role    role
get      wrong   role    role    role    role    role     role     role      role    role
get      former  role    role    role    role    role     role     role      role    role
get      none    none    none    none    none    none     none     none      none    none

streams  caller  role    role    ok      ok      ok       role     role      role    role
streams  alice   role    role    ok      ok      ok       role     role      role    role
streams  bob     role    role    ok      ok      ok       role     role      role    role
streams  mallory role    role    role    role    role     role     role      role    role
streams  wrong   role    role    role    role    role     role     role      role    role
streams  former  role    role    role    role    role     role     role      role    role
streams  none    none    none    none    none    none     none     none      none    none

answer   caller  role    role    role    role    role     role     role      role    role
answer   alice   ok      ok      ok      else    over     over     over      over    over
answer   bob     ok      ok      else    ok      else     over     over      over    over
answer   mallory role    role    role    role    role     role     role      role    role
answer   wrong   role    role    role    role    role     role     role      role    role
answer   former  role    role    role    role    role     role     role      role    role
answer   none    none    none    none    none    none     none     none      none    none

decline  caller  role    role    role    role    role     role     role      role    role
decline  alice   ok      ok      ok      else    over     ok       over      over    over
decline  bob     ok      ok      else    ok      over     over     over      over    over
decline  mallory role    role    role    role    role     role     role      role    role
decline  wrong   role    role    role    role    role     role     role      role    role
decline  former  role    role    role    role    role     role     role      role    role
decline  none    none    none    none    none    none     none     none      none    none

cancel   caller  ok      ok      ok      ok      over     over     ok        over    over
cancel   alice   role    role    role    role    role     role     role      role    role
cancel   bob     role    role    role    role    role     role     role      role    role
cancel   mallory role    role    role    role    role     role     role      role    role
cancel   wrong   role    role    role    role    role     role     role      role    role
cancel   former  role    role    role    role    role     role     role      role    role
cancel   none    none    none    none    none    none     none     none      none    none

open     caller  role    role    role    role    role     role     role      role    role
open     alice   ok      ok      ok      else    over     over     over      over    over
open     bob     ok      ok      else    ok      else     over     over      over    over
open     mallory role    role    role    role    role     role     role      role    role
open     wrong   role    role    role    role    role     role     role      role    role
open     former  role    role    role    role    role     role     role      role    role
open     none    none    none    none    none    none     none     none      none    none

lights   caller  role    role    role    role    role     role     role      role    role
lights   alice   ok      ok      ok      ok      over     over     over      over    over
lights   bob     ok      ok      ok      ok      over     over     over      over    over
lights   mallory role    role    role    role    role     role     role      role    role
lights   wrong   role    role    role    role    role     role     role      role    role
lights   former  role    role    role    role    role     role     role      role    role
lights   none    none    none    none    none    none     none     none      none    none

receipt  caller  role    role    role    role    role     role     role      role    role
receipt  alice   ok      ok      ok      ok      ok       ok       ok        ok      ok
receipt  bob     ok      ok      ok      ok      ok       ok       ok        ok      ok
receipt  mallory role    role    role    role    role     role     role      role    role
receipt  wrong   role    role    role    role    role     role     role      role    role
receipt  former  role    role    role    role    role     role     role      role    role
receipt  none    none    none    none    none    none     none     none      none    none

notify   caller  ok      ok      ok      ok      over     over     over      over    over
notify   alice   role    role    role    role    role     role     role      role    role
notify   bob     role    role    role    role    role     role     role      role    role
notify   mallory role    role    role    role    role     role     role      role    role
notify   wrong   role    role    role    role    role     role     role      role    role
notify   former  role    role    role    role    role     role     role      role    role
notify   none    none    none    none    none    none     none     none      none    none

reply    caller  role    role    role    role    role     role     role      role    role
reply    alice   ok      ok      ok      ok      over     over     over      over    over
reply    bob     ok      ok      ok      ok      over     over     over      over    over
reply    mallory role    role    role    role    role     role     role      role    role
reply    wrong   role    role    role    role    role     role     role      role    role
reply    former  role    role    role    role    role     role     role      role    role
reply    none    none    none    none    none    none     none     none      none    none
"""
ROWS = rows(TABLE)
WORDS = {
    (200, ""): "ok",
    (204, ""): "ok",
    (403, "wrong_role"): "role",
    (401, "invalid_token"): "none",
    (409, "answered_elsewhere"): "else",
    (409, "session_over"): "over",
}


def test_the_table_is_complete():
    whos = ["caller", "alice", "bob", "mallory", "wrong", "former", "none"]
    assert [row[:2] for row in ROWS] == [[action, who] for action in ACTIONS for who in whos]


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_cell(api, portal, entry, alice, bob, mallory, row):
    action, who, *expected = row
    Building.objects.update(min_interval_ms=0)
    found = []
    for way in WAYS:
        visit = bring(Visit(portal, entry), way, alice, bob)
        token, before = holders(visit, alice, bob, mallory)[who], everything(visit)
        status, answer = api.send(ACTIONS[action], visit.id, token=token, body=BODIES.get(action))
        word = WORDS[status, (answer or {}).get("error_code", "")]
        is_done = word == "ok" and action not in ("get", "streams")
        assert is_done or everything(visit) == before, f"{way}: not done, and yet something moved"
        found.append(word)
    assert found == expected
