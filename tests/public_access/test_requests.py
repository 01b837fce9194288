"""What goes out: where to, with whose secrets, and with which body."""

from pathlib import Path

import httpx
import pytest

from visitor_portal.public_access import Denied, Invalid, NotFound, PublicAccess, new_http

from .conftest import BASE
from .operations import ALL, BODYLESS_OPENS, PATHS, WITH_ID, outcome

TRAVERSAL = (Path(__file__).parent / "traversal.txt").read_text().splitlines()
TRAVERSAL += [
    "a\u202eb",
    "",
    " ",
    "a\tb",
    "a\nb",
    "a\n",
    "\na",
    "a\r\nHost: evil",
    "a\x00b",
    "\x00",
    "a" * 257,
    "\ud800",
    "a\u200bb",
]


def test_corpus_is_long_enough():
    assert len(set(TRAVERSAL)) >= 60


@pytest.mark.parametrize("name", WITH_ID)
async def test_an_id_that_is_none_sends_nothing(upstream, client, name):
    for text in TRAVERSAL:
        with pytest.raises(NotFound) as refusal:
            await WITH_ID[name](client, text)
        assert (refusal.value.status, refusal.value.code) == (404, "not_found")
    assert upstream.requests == []


@pytest.mark.parametrize("name", ALL)
async def test_each_operation_has_its_method_and_path(upstream, client, name):
    await outcome(client, name)
    method, _, path = PATHS[name].partition(" ")
    assert (upstream.last.method, str(upstream.last.url)) == (method, BASE + path)


@pytest.mark.parametrize("name", [name for name in ALL if PATHS[name].startswith("POST")])
async def test_undeclared_bodies_are_an_empty_object_but_cancel_and_decline_send_none(upstream, client, name):
    await outcome(client, name)
    bodies = {
        "cancel_session": b"",
        "decline_session": b"",
        "answer_device_request": b'{"allow": true}',
        "execute_invite": b'{"grant_id": "g1"}',
        "start_portal_session": b'{"target_entity_id": "e1", "mode": "video"}',
        "notify_session": b'{"text": "Hello"}',
        "reply_session": b'{"phrase": "coming"}',
        "receipt_session": b'{"stage": "shown"}',
    }
    assert upstream.last.content == bodies.get(name, b"{}")


async def test_session_token_travels_as_bearer_and_never_in_the_address(upstream, client):
    await outcome(client, "open_session")
    assert upstream.last.headers["Authorization"] == "Bearer t"
    assert upstream.last.url.query == b""


async def test_residents_key_travels_as_bearer(upstream, client):
    await outcome(client, "get_resident")
    assert upstream.last.headers["Authorization"] == "Bearer resident_k"


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-API-Key: mine", "é", "a" * 4097])
async def test_a_token_that_cannot_be_one_sends_nothing(upstream, client, token):
    with pytest.raises(Denied):
        await client.get_session("s1", token=token)
    assert upstream.requests == []


async def test_visitor_is_named_in_headers(upstream, client):
    await client.open_portal("p1", guest_id="01HGUEST", invite_id="01HINVITE", correlation_id="01HREQUEST")
    sent = upstream.last.headers
    assert (sent["X-Guest-Id"], sent["X-Correlation-Id"]) == ("01HGUEST", "01HREQUEST")
    assert sent["Cookie"] == "oa_access_invite=01HINVITE"


async def test_invite_id_cannot_smuggle_a_second_cookie(upstream, client):
    await client.open_portal("p1", invite_id="01HINVITE; session=stolen", guest_id="a\r\nX: y")
    assert not {"cookie", "x-guest-id"} & set(upstream.last.headers)


async def test_device_is_named_in_the_query_of_an_invite(upstream, client):
    upstream.says(json={"state": "active"})
    await client.get_invite("i1", device_id="device-1")
    assert upstream.last.url.query == b"device_id=device-1"


@pytest.mark.parametrize("name", BODYLESS_OPENS)
async def test_no_key_means_no_idempotency_header(upstream, client, name):
    await outcome(client, name)
    assert "Idempotency-Key" not in upstream.last.headers


async def test_opens_send_their_key(upstream, client):
    upstream.says(json={"ok": True})
    await client.open_portal("p1", idempotency_key="tap:1")
    await client.open_session("s1", token="t", idempotency_key="tap:1")
    await client.execute_invite("i1", grant_id="g1", idempotency_key="tap:1")
    assert [request.headers["Idempotency-Key"] for request in upstream.requests] == ["tap:1"] * 3


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "é"])
async def test_a_key_that_cannot_be_sent_stops_the_open(upstream, client, key):
    with pytest.raises(Invalid):
        await client.open_portal("p1", idempotency_key=key)
    assert upstream.requests == []


async def test_api_key_has_its_own_header(upstream):
    await outcome(upstream.client(key="https_openapp_secret"), "get_status")
    assert upstream.last.headers["X-API-Key"] == "https_openapp_secret"
    assert "Authorization" not in upstream.last.headers


async def test_without_an_api_key_none_is_sent(upstream, client):
    await outcome(client, "get_status")
    assert "X-API-Key" not in upstream.last.headers


async def test_headers_say_nothing_about_the_software(upstream, client):
    await outcome(client, "get_status")
    assert upstream.last.headers["User-Agent"] == "visitor-portal"
    assert upstream.last.headers["Accept-Encoding"] == "gzip"


async def test_cookies_are_neither_kept_nor_sent(upstream, client):
    upstream.says(204, headers={"Set-Cookie": "visitor=first; Path=/"})
    await client.open_portal("p1")
    await client.open_portal("p1")
    assert "Cookie" not in upstream.last.headers


async def test_a_cookie_put_into_the_jar_by_hand_stays_there(upstream):
    http = new_http(httpx.MockTransport(upstream))
    http.cookies.set("visitor", "first", domain="building.example")
    await PublicAccess(http, base_url=BASE).open_portal("p1")
    assert "Cookie" not in upstream.last.headers


async def test_opens_use_the_second_client(upstream):
    doors = httpx.MockTransport(lambda request: httpx.Response(200))
    client = PublicAccess(new_http(httpx.MockTransport(upstream)), base_url=BASE, opens=new_http(doors))
    await client.open_portal("p1")
    await client.set_portal_lights("p1")
    assert [request.url.path for request in upstream.requests] == ["/api/v1/public/access/portals/p1/lights"]


async def test_base_address_may_end_in_a_slash(upstream):
    client = PublicAccess(new_http(httpx.MockTransport(upstream)), base_url=BASE + "/")
    await outcome(client, "get_status")
    assert str(upstream.last.url) == BASE + "/status"
