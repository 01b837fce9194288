"""What comes back: bytes that are no answer, and refusals."""

import gzip
import json
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from visitor_portal.public_access import (
    BadAnswer,
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotFound,
    NotOffered,
    Refused,
    TooSoon,
    Unknown,
)
from visitor_portal.public_access.wire import InviteSession

from .operations import OPENS, READS, WRITES, outcome

PORTAL = b'{"public_portal_id": "p1", "branding": %s}'
ADDITIVE = (
    *("get_invite_locale", "answer_session", "reply_session", "receipt_session", "get_resident"),
    *("ask_invite_device", "get_device_request", "answer_device_request", "get_invite_opening"),
)
KINDS = {
    400: Invalid,
    401: Denied,
    402: Refused,
    403: Denied,
    404: NotFound,
    405: NotOffered,
    409: Conflict,
    410: Gone,
    413: Invalid,
    418: Refused,
    422: Invalid,
    429: TooSoon,
}
GARBAGE = {
    "nothing": b"",
    "html": b"<!doctype html><title>502</title>",
    "not utf-8": b'{"public_portal_id": "\xff\xfe"}',
    "latin-1": '{"public_portal_id": "é"}'.encode("latin-1"),
    "utf-16": '{"public_portal_id": "p1"}'.encode("utf-16"),
    "torn": b'{"public_portal_id": "p1"',
    "two": b'{"public_portal_id": "p1"}{}',
    "null": b"null",
    "list": b"[]",
    "text": b'"p1"',
    "nan": PORTAL % b"NaN",
    "infinity": PORTAL % b"-Infinity",
    "overflow": PORTAL % b"1e999",
    "endless digits": PORTAL % (b"9" * 5000),
    "a member twice": b'{"public_portal_id": "p1", "public_portal_id": "p2"}',
    "too deep": PORTAL % (b"[" * 200 + b"]" * 200),
    "far too deep": PORTAL % (b'{"a":' * 40_000 + b"1" + b"}" * 40_000),
    "too large": PORTAL % (b'"' + b"a" * 2 * 1024 * 1024 + b'"'),
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_is_a_bad_answer(upstream, client, body):
    upstream.says(200, content=body)
    with pytest.raises(BadAnswer):
        await client.get_portal("p1")


async def test_a_byte_order_mark_does_no_harm(upstream, client):
    upstream.says(200, content=b"\xef\xbb\xbf" + PORTAL % b"null")
    assert (await client.get_portal("p1")).public_portal_id == "p1"


async def test_text_that_cannot_be_stored_or_written_is_mended(upstream, client):
    upstream.says(200, content=rb'{"public_portal_id": "p1", "branding": {"\u0000a": ["x\ud800\u0000y"]}}')
    assert (await client.get_portal("p1")).branding == {"a": ["x?y"]}


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
async def test_packed_answers_are_read(upstream, client, pack):
    encoding = {"Content-Encoding": "gzip" if pack is gzip.compress else "deflate"}
    upstream.says(200, headers=encoding, content=pack(PORTAL % b"null"))
    assert (await client.get_portal("p1")).public_portal_id == "p1"


BADLY_PACKED = {
    "bomb": ("gzip", gzip.compress(b" " * 64 * 1024 * 1024, 1)),
    "torn": ("gzip", gzip.compress(PORTAL % b"null")[:-9]),
    "followed by more": ("gzip", gzip.compress(PORTAL % b"null") + b"more"),
    "not packed": ("gzip", PORTAL % b"null"),
    "packed otherwise": ("br", PORTAL % b"null"),
    "packed twice": ("gzip, gzip", gzip.compress(gzip.compress(PORTAL % b"null"))),
}


@pytest.mark.parametrize("kind", BADLY_PACKED)
async def test_badly_packed_answers_are_bad(upstream, client, kind):
    # A stream, so that the response does not unpack its content while it is being made.
    upstream.answer = lambda request: _packed(*BADLY_PACKED[kind])
    with pytest.raises(BadAnswer):
        await client.get_portal("p1")


async def test_a_bomb_is_not_unpacked(upstream, client):
    upstream.answer = lambda request: _packed(*BADLY_PACKED["bomb"])
    tracemalloc.start()
    await outcome(client, "get_portal")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * 1024 * 1024


def _packed(encoding, body):
    class Stream(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield body

    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=Stream())


async def test_large_integers_come_through_and_larger_ones_are_absent(upstream, client):
    limit = {"integration_id": "x", "min_interval_ms": 2**63 - 1}
    upstream.says(
        json={"public_portal_id": "p1", "open_rate_limit": limit, "door_effective_auto_off_duration": 2**63}
    )
    portal = await client.get_portal("p1")
    assert portal.open_rate_limit.min_interval_ms == 2**63 - 1
    assert portal.door_effective_auto_off_duration is None


@pytest.mark.parametrize(("status", "kind"), KINDS.items())
async def test_a_4xx_is_a_refusal_of_its_kind(upstream, client, status, kind):
    upstream.says(status, json={"message": "No", "error_code": "curfew"})
    for name in ("get_portal", "start_portal_session", "open_portal", "execute_invite"):
        error = await outcome(client, name)
        assert type(error) is kind
        assert (error.status, error.code, error.message) == (status, "curfew", "No")


async def test_a_refusal_reads_everything_that_comes_with_it(upstream, client):
    opening = {"state": "refused", "seen_open": False, "error_code": "held_closed"}
    body = {"message": "No", "code": "older", "correlationId": "r1", "opening": opening, "answered_by": "Bob"}
    upstream.says(409, json=body, headers={"X-Request-Id": "r0"})
    error = await outcome(client, "answer_session")
    assert (error.code, error.correlation_id, error.answered_by) == ("older", "r1", "Bob")
    assert (error.opening.state, error.opening.seen_open) == ("refused", False)


async def test_error_code_comes_before_code(upstream, client):
    upstream.says(403, json={"message": "No", "error_code": "new", "code": "old"})
    assert (await outcome(client, "open_portal")).code == "new"


async def test_a_refusal_needs_no_readable_body(upstream, client):
    for body in GARBAGE.values():
        upstream.says(403, content=body, headers={"X-Request-Id": "r1"})
        error = await outcome(client, "open_portal")
        assert isinstance(error, Denied)
        assert (error.code, error.correlation_id) == ("", "r1")


async def test_the_words_of_a_refusal_stay_out_of_its_string(upstream, client):
    upstream.says(403, json={"message": "PIN 1234 is wrong", "error_code": "pin_wrong"})
    assert str(await outcome(client, "execute_invite")) == "403 pin_wrong"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("1.2", 2),
        ("-5", 0),
        ("1000000000", 60),
        ("9" * 5000, 60),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("-nan", None),
        ("Thu, 99 Foo 2025", None),
    ],
)
async def test_retry_after(upstream, client, header, seconds):
    upstream.says(429, headers={"Retry-After": header})
    assert (await outcome(client, "open_portal")).retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(30, 20, 30), (-30, 0, 0), (86400, 60, 60)])
async def test_retry_after_as_a_date(upstream, client, ahead, least, most):
    at = datetime.now(UTC) + timedelta(seconds=ahead)
    upstream.says(429, headers={"Retry-After": format_datetime(at, usegmt=True)})
    assert least <= (await outcome(client, "open_portal")).retry_after <= most


async def test_no_retry_after_is_none(upstream, client):
    upstream.says(429)
    assert (await outcome(client, "open_portal")).retry_after is None


@pytest.mark.parametrize("name", ADDITIVE)
async def test_an_operation_a_building_lacks_is_not_offered(upstream, client, name):
    for status, body in ((404, b"Not Found"), (404, b"{}"), (405, b'{"error_code": "not_found"}')):
        upstream.says(status, content=body)
        assert isinstance(await outcome(client, name), NotOffered)


@pytest.mark.parametrize("name", ADDITIVE)
async def test_a_404_with_a_code_is_about_the_thing_and_not_the_operation(upstream, client, name):
    upstream.says(404, json={"message": "No such", "error_code": "not_found"})
    assert type(await outcome(client, name)) is NotFound


async def test_a_published_operation_is_never_taken_as_not_offered_for_a_404(upstream, client):
    upstream.says(404)
    assert type(await outcome(client, "get_portal")) is NotFound


@pytest.mark.parametrize("status", [301, 302, 307, 308, 500, 501, 502, 503, 504, 520])
async def test_a_redirect_or_5xx_tells_nothing(upstream, client, status):
    upstream.says(status, headers={"Location": "https://evil.example/"}, json={"error_code": "x"})
    for name in (*OPENS, "cancel_session"):
        error = await outcome(client, name)
        assert isinstance(error, Unknown)
        assert (error.status, error.code) == (status, "x")


@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize(
    "name", ["claim_invite", "set_portal_lights", "cancel_session", "decline_session", "receipt_session"]
)
async def test_an_empty_answer_is_enough_where_none_is_declared(upstream, client, name, status):
    upstream.says(status)
    assert await outcome(client, name) is None


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_garbage_is_never_anything_but_our_own_error(upstream, client, name):
    for body in GARBAGE.values():
        upstream.says(200, content=body)
        result = await outcome(client, name)
        assert result is None or isinstance(result, BadAnswer | InviteSession)


async def test_photo_is_given_with_the_type_it_has(upstream, client):
    upstream.says(200, content=b"\xff\xd8\xff\xe0 picture", headers={"Content-Type": "text/html"})
    assert await client.get_invite_photo("i1") == (b"\xff\xd8\xff\xe0 picture", "image/jpeg")


async def test_photo_may_be_larger_than_other_answers_but_not_without_end(upstream, client):
    upstream.says(200, content=b"\xff\xd8\xff" + b"a" * 1024 * 1024)
    assert len((await client.get_invite_photo("i1")).content) > 1024 * 1024
    upstream.says(200, content=b"\xff\xd8\xff" + b"a" * 2 * 1024 * 1024)
    with pytest.raises(BadAnswer):
        await client.get_invite_photo("i1")


async def test_a_page_in_place_of_a_photo_is_a_bad_answer(upstream, client):
    upstream.says(200, content=b"<svg onload=alert(1)>", headers={"Content-Type": "image/svg+xml"})
    with pytest.raises(BadAnswer):
        await client.get_invite_photo("i1")


async def test_older_servers_leave_the_invites_id_in_a_cookie(upstream, client):
    cookies = [("Set-Cookie", "guest=1; Path=/"), ("Set-Cookie", "oa_access_invite=01HINVITE; HttpOnly")]
    upstream.says(204, headers=cookies)
    session = await client.start_invite_session("i1")
    assert (session.ok, session.invite_id, session.guest_id) == (True, "01HINVITE", None)


async def test_newer_servers_say_the_invites_id(upstream, client):
    upstream.says(200, content=json.dumps({"ok": True, "invite_id": "i", "guest_id": "g"}))
    session = await client.start_invite_session("i1")
    assert (session.ok, session.invite_id, session.guest_id) == (True, "i", "g")
