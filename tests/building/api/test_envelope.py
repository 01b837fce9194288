"""What is true of every operation: ids of requests, keys that nobody needs, addresses that lead nowhere."""

import json

import pytest
from django.test import Client
from ulid import ULID

from .contract import OPERATIONS

START = "start_portal_session"
SESSION_OPERATIONS = [name for name in OPERATIONS if "_session" in name and name != START]
BODIES = {
    "receipt_session": {"stage": "shown"},
    "notify_session": {"text": "At the gate"},
    "reply_session": {"phrase": "coming"},
}


@pytest.fixture(params=OPERATIONS)
def asked(request, portal, entry, visit, alice):
    """An operation with all that it needs."""
    name = request.param
    ids = () if name in ("get_status", "get_resident") else (portal.public_id,) if "portal" in name else (visit.id,)
    token = visit.caller if name in ("cancel_session", "notify_session") else visit.token(alice)
    return (name, *ids), {
        "token": alice.key if name in ("get_resident", "set_portal_lights", "open_portal") else token,
        "body": BODIES.get(name, {"target_entity_id": entry.id, "mode": "video"} if name == START else None),
    }


def request_id(api, asked, **headers) -> str:
    args, options = asked
    api.send(*args, **options, **headers)
    return str(api.last["X-Request-Id"])


def test_gives_back_the_id_that_the_caller_chose(api, asked):
    assert request_id(api, asked, X_Correlation_Id="visit-7/a:b") == "visit-7/a:b"


def test_makes_an_id_when_the_caller_chose_none(api, asked):
    first, second = request_id(api, asked), request_id(api, asked)
    assert str(ULID.from_str(first)) == first != second


@pytest.mark.parametrize("hostile", ["", " ", "a b", "x" * 129, "caf\xe9", "\x7f", "a\tb", "\x1b[31m"])
def test_gives_back_nothing_hostile(api, db, hostile):
    api.ok("get_status", X_Correlation_Id=hostile)
    made = api.last["X-Request-Id"]
    assert str(ULID.from_str(made)) == made


def test_a_refusal_names_its_request(api, visit):
    _, said = api.send("get_session", visit.id, X_Correlation_Id="visit-7")
    assert (said["correlationId"], api.last["X-Request-Id"]) == ("visit-7", "visit-7")


def test_tolerates_an_api_key_and_needs_none(api, asked):
    args, options = asked
    with_key = api.send(*args, **options, X_API_Key="http://localhost_openapp_0123456789")[0]
    assert with_key in (200, 204, 403)
    assert with_key != 403 or args[0] == "get_session_streams"


@pytest.mark.parametrize("operation", SESSION_OPERATIONS)
def test_an_api_key_is_no_secret_of_a_session(api, visit, operation):
    refusal = api.refused(operation, visit.id, body=BODIES.get(operation), X_API_Key=visit.caller)
    assert refusal == (401, "invalid_token")


@pytest.mark.parametrize("path", ["", "public", "public/access/portals/", "public/access/sessions/a.b", "nothing"])
@pytest.mark.parametrize("end", ["", "/", "%0A", "%0Ab", "%00", "/..%2f..", "?x=y"])
def test_an_address_that_leads_nowhere_is_a_refusal_like_any_other(db, path, end):
    response = Client().get(f"/api/v1/{path}{end}")
    said = json.loads(response.content)
    assert (response.status_code, said["error_code"]) == (404, "not_found")
    assert said["correlationId"] == response["X-Request-Id"]


@pytest.mark.parametrize("path", ["public/access/invites/token/buy", "public/access/sessions/id/knock", "nothing"])
def test_what_the_building_lacks_answers_a_post_as_not_possible(db, path):
    response = Client().post(f"/api/v1/{path}", b"{}", content_type="application/json")
    assert (response.status_code, json.loads(response.content)["error_code"]) == (405, "invalid_request")


@pytest.mark.parametrize("bad", ["x" * 129, "a.b", "a b", "é", "a;b", "a%2Fb", "%2e%2e"])
def test_what_does_not_look_like_an_id_reaches_no_database(django_assert_num_queries, db, bad):
    with django_assert_num_queries(0):
        assert Client().get(f"/api/v1/public/access/portals/{bad}").status_code == 404


def test_asks_for_no_cookie_and_sets_none(api, asked):
    args, options = asked
    api.send(*args, **options)
    assert not api.last.cookies
