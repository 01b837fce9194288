"""The guard around a tiny application, request by request."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from channels.testing import WebsocketCommunicator

from visitor_portal.guard import MAX_BODY, App, Guard, security_headers

HOST = "door.example.com"
HOME = f"https://{HOST}"
FIXED = {
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "credentialless",
    "cache-control": "no-store, private",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
    "permissions-policy": "camera=(), microphone=(), accelerometer=(), display-capture=(), "
    "geolocation=(), gyroscope=(), hid=(), magnetometer=(), midi=(), payment=(), serial=(), usb=()",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self' wss://door.example.com; "
    "media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'",
}
# What a browser or a program may send as Origin, and whether it is this site's own
ORIGINS = [
    (HOME, True),
    ("https://portal.example.org", True),  # PUBLIC_BASE_URL, when a proxy changes the Host
    (f"http://{HOST}", False),
    (f"https://{HOST}:8443", False),
    (f"https://{HOST}:443", False),
    (f"https://{HOST}/", False),
    (f"https://{HOST}.evil.example", False),
    (f"https://evil.{HOST}", False),
    (f"ftp://{HOST}", False),
    (f"https://{HOST}, https://evil.example", False),
    ("https://evil.example", False),
    ("null", False),
    ("", False),
]


@pytest.fixture(autouse=True)
def our_site(settings: Any) -> Iterator[None]:
    settings.ALLOWED_HOSTS = [HOST, "localhost", "[::1]"]
    settings.PUBLIC_BASE_URL = "https://portal.example.org"
    settings.BEHIND_PROXY = False
    settings.SIGNALLING_HOSTS = ["peer.example.net"]
    yield


async def page(scope: Any, receive: Any, send: Any) -> None:
    """Takes the whole body, then answers with what it saw of the request."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    seen = f"{scope['root_path']!r} {scope['scheme']} {scope['client'][0]} {size}"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": seen.encode()})


async def socket(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    client = (scope.get("client") or [None])[0]
    await send({"type": "websocket.send", "text": f"{scope['root_path']!r} {scope['scheme']} {client}"})


def browser(app: App = page, base: str = HOME) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Guard(app), client=("192.0.2.1", 1))
    return httpx.AsyncClient(transport=transport, base_url=base)


async def dial(origin: str | None = HOME, host: str = HOST, **more: str) -> str | None:
    """What the socket says first, or None when it was refused."""
    headers = [(b"host", host.encode())] + [(n.replace("_", "-").encode(), v.encode()) for n, v in more.items()]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    wire = WebsocketCommunicator(Guard(socket), "/ws/session/s1", headers=headers)
    wire.scope["scheme"] = "wss"
    wire.scope["root_path"] = "/evil"
    accepted, _ = await wire.connect()
    said = await wire.receive_from() if accepted else None
    await wire.wait()
    return said


async def test_every_answer_has_every_header():
    answer = await browser().get("/p/front")
    assert answer.status_code == 200
    assert dict(answer.headers) == FIXED


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {"host": "evil.example"}, 400),
        ("POST", "/", {"origin": "null"}, 403),
        ("POST", "/", {"content-length": str(MAX_BODY + 1)}, 413),
    ],
)
async def test_refusals_have_them_too(method: str, path: str, headers: dict[str, str], status: int):
    answer = await browser().request(method, path, headers=headers)
    assert answer.status_code == status
    assert FIXED.keys() - answer.headers.keys() == set()
    assert "evil" not in answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.count("\n") == 1


async def test_a_header_that_the_page_sets_stays():
    async def static(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Cache-Control", b"public")]})
        await send({"type": "http.response.body"})

    answer = await browser(static).get("/static/a.css")
    assert answer.headers.get_list("cache-control") == ["public"]
    assert answer.headers["x-frame-options"] == "DENY"


async def test_call_pages_may_use_camera_and_signalling():
    answer = await browser().get("/s/01J")
    assert answer.headers["permissions-policy"].startswith("camera=(self), microphone=(self), ")
    csp = answer.headers["content-security-policy"]
    assert f"connect-src 'self' wss://{HOST} https://peer.example.net wss://peer.example.net;" in csp


async def test_a_call_page_on_plain_http_may_use_plain_signalling():
    answer = await browser(base="http://localhost:8000").get("/s/01J")
    servers = "https://peer.example.net wss://peer.example.net http://peer.example.net ws://peer.example.net"
    assert f"connect-src 'self' ws://localhost:8000 {servers};" in answer.headers["content-security-policy"]


async def test_plain_http_has_no_hsts_and_a_plain_socket():
    answer = await browser(base="http://localhost:8000").get("/")
    assert "strict-transport-security" not in answer.headers
    assert "connect-src 'self' ws://localhost:8000;" in answer.headers["content-security-policy"]


async def test_no_answer_invites_other_origins():
    answer = await browser().options("/api/v1/status", headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(("origin", "own"), ORIGINS)
async def test_a_form_needs_our_own_origin(origin: str, own: bool):
    answer = await browser().post("/p/front/open", headers={"origin": origin})
    assert answer.status_code == (200 if own else 403)


@pytest.mark.parametrize(("origin", "own"), [*ORIGINS, (None, False)])
async def test_a_socket_needs_our_own_origin(origin: str | None, own: bool):
    assert (await dial(origin) is not None) == own


@pytest.mark.parametrize(
    ("site", "status"),
    [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403), ("same-origin,none", 403)],
)
async def test_a_form_needs_the_same_site(site: str, status: int):
    assert (await browser().post("/", headers={"sec-fetch-site": site})).status_code == status


async def test_a_form_without_either_header_passes():
    assert (await browser().post("/")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_from_another_site_passes(method: str):
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert (await browser().request(method, "/p/front", headers=foreign)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "post"])
async def test_any_other_method_is_checked(method: str):
    evil = {"origin": "https://evil.example"}
    assert (await browser().request(method, "/p/front", headers=evil)).status_code == 403


async def test_the_api_takes_programs_but_no_foreign_pages():
    assert (await browser().post(HOME + "/api/v1/status")).status_code == 200
    evil = {"origin": "https://evil.example"}
    assert (await browser().post(HOME + "/api/v1/status", headers=evil)).status_code == 403


@pytest.mark.parametrize(
    ("host", "known"),
    [
        (HOST, True),
        (f"{HOST}:8443", True),
        ("[::1]:8000", True),
        (HOST.upper(), True),
        ("evil.example", False),
        (f"evil.{HOST}", False),
        (f"{HOST}.evil.example", False),
        (f"{HOST}, evil.example", False),
        (f"{HOST};script-src *", False),
        ("192.0.2.7", False),
        ("", False),
    ],
)
async def test_only_known_hosts(host: str, known: bool):
    answer = await browser().get("/", headers={"host": host})
    assert answer.status_code == (200 if known else 400)
    assert (await dial(f"https://{host}", host) is not None) == known


async def test_two_hosts_are_none():
    answer = await browser().get("/", headers=[("host", HOST), ("host", HOST)])
    assert answer.status_code == 400


async def test_a_client_chooses_no_root_path():
    answer = await browser().get("/", headers={"daphne-root-path": "/evil"})
    assert answer.text.startswith("'' ")
    assert str(await dial(daphne_root_path="/evil")).startswith("'' ")


async def test_a_body_up_to_the_limit_passes():
    answer = await browser().post("/", content=b"x" * MAX_BODY)
    assert answer.text.endswith(f" {MAX_BODY}")


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 5000, "-1", "ten", "1,1", ""])
async def test_a_declared_length_beyond_it_is_refused(length: str):
    answer = await browser().post("/", content=b"x", headers={"content-length": length})
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/", "/api/v1/status"])
async def test_an_undeclared_length_is_counted(path: str):
    async def chunks():
        for _ in range(9):
            yield b"x" * 8 * 1024

    answer = await browser().post(path, content=chunks())
    assert answer.status_code == 413


async def test_headers_of_a_proxy_mean_nothing_without_one():
    answer = await browser(base="http://localhost").get(
        "/", headers={"x-forwarded-proto": "https", "x-real-ip": "198.51.100.7"}
    )
    assert answer.text == "'' http 192.0.2.1 0"
    assert str(await dial(x_forwarded_proto="http", x_real_ip="198.51.100.7")) == "'' wss None"


async def test_behind_a_proxy_its_headers_count(settings: Any):
    settings.BEHIND_PROXY = True
    headers = {"x-forwarded-proto": "https", "x-real-ip": "2001:db8::7", "origin": f"https://{HOST}"}
    answer = await browser(base=f"http://{HOST}").post("/", headers=headers)
    assert answer.text == "'' https 2001:db8::7 0"
    assert "strict-transport-security" in answer.headers
    assert str(await dial(x_forwarded_proto="https", x_real_ip="198.51.100.7")) == "'' wss 198.51.100.7"


@pytest.mark.parametrize("address", ["", "198.51.100.7, 203.0.113.9", "198.51.100.7:80", "unknown"])
async def test_behind_a_proxy_only_one_real_address_counts(settings: Any, address: str):
    settings.BEHIND_PROXY = True
    answer = await browser().get("/", headers={"x-real-ip": address, "x-forwarded-for": "203.0.113.1"})
    assert answer.text == "'' https 192.0.2.1 0"


async def test_an_error_inside_is_not_swallowed():
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        await browser(broken).get("/")


def test_pictures_come_from_named_hosts_alone():
    [policy] = [value for name, value in security_headers(images=("pictures.example.com",)) if b"content-s" in name]
    assert b"img-src 'self' data: https://pictures.example.com;" in policy
