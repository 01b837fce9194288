"""What the server adds to the application: limits, headers, a quiet log. Spoken to through real sockets."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.serving import ULID, Running, answer_to, everything, head, wait_for

TOO_MUCH = 64 * 1024 + 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("server"), "--request-timeout", "1")
    yield running
    assert running.end() == 0


def test_says_where_it_listens(server: Running):
    assert server.first_line == f"Listening on http://127.0.0.1:{server.port}"
    assert httpx.get(server.url).status_code == 200


def test_names_no_software(server: Running):
    answer = httpx.get(server.url)
    assert "server" not in answer.headers
    with server.socket() as wire:
        assert wire.response and "server" not in wire.response.headers


@pytest.mark.parametrize("length", [TOO_MUCH, 10**9, 10**15])
def test_a_long_body_is_refused_before_it_is_read(server: Running, length: int):
    answer = answer_to(server, head(Content_Length=str(length), Expect="100-continue"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert b"x-frame-options: DENY" in answer


def test_an_endless_body_is_cut_and_never_on_disk(server: Running):
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    with server.dial() as wire:
        wire.sendall(head(Transfer_Encoding="chunked"))
        files: set[str] = set()
        with pytest.raises(OSError):  # reset: the server stopped listening to us long ago
            for _ in range(6400):
                wire.sendall(chunk)
                files |= {str(file) for file in server.spool.iterdir()}
                files |= {file for file in server.open_files() if str(server.spool) in file}
                time.sleep(0.001)
    assert not files
    assert b"413" in answer_to(server, head(Transfer_Encoding="chunked"), chunk * 5)


def test_a_body_up_to_the_limit_passes(server: Running):
    assert httpx.post(server.url, content=b"x" * (TOO_MUCH - 1)).text.startswith("65536 ")
    chunks = (b"x" * 1024 for _ in range(64))
    assert httpx.post(server.url, content=chunks).text.startswith("65536 ")


# -- where the desk takes files

MEGABYTE = 1024 * 1024
IMPORT, STAFF = "/admin/building/entry/import/", {"Cookie": "sessionid=xyz"}


def upload(path: str = IMPORT, length: str = str(MEGABYTE), **headers: str) -> bytes:
    return head("POST", path, Content_Length=length, **headers)


def test_a_file_of_staff_passes_and_is_never_on_disk(server: Running):
    files: set[str] = set()

    def chunks() -> Iterator[bytes]:
        for _ in range(64):
            files.update(file for file in server.open_files() if str(server.spool) in file)
            yield b"x" * (MEGABYTE // 64)

    for content in (b"x" * MEGABYTE, chunks()):
        answer = httpx.post(f"{server.url}{IMPORT}?_popup=1", content=content, headers=STAFF)
        assert answer.text.startswith(f"{MEGABYTE} ")
    assert not files and not list(server.spool.iterdir())


@pytest.mark.parametrize(
    "asked",
    [
        upload(),
        upload(Cookie="csrftoken=abc"),
        upload("/", **STAFF),
        upload("/admin/building/invite/", **STAFF),
        upload(f"/?{IMPORT}", **STAFF),
        upload(length=str(9 * MEGABYTE), **STAFF),
    ],
)
def test_any_other_is_refused_before_it_is_read(server: Running, asked: bytes):
    assert answer_to(server, asked).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(("headers", "most"), [({}, 5), (STAFF, 517)])
def test_a_file_of_no_declared_length_is_cut(server: Running, headers: dict[str, str], most: int):
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    assert b"413" in answer_to(server, head("POST", IMPORT, Transfer_Encoding="chunked", **headers), chunk * most)


def test_few_files_come_in_at_once_and_the_rest_of_the_site_goes_on(server: Running):
    with ExitStack() as stack:
        wires = [stack.enter_context(server.dial()) for _ in range(4)]
        for wire in wires:
            wire.sendall(upload(**STAFF))
        time.sleep(0.3)
        assert answer_to(server, upload(**STAFF)).startswith(b"HTTP/1.1 503 ")
        assert httpx.post(server.url + IMPORT, content=b"x", headers=STAFF).status_code == 200
    assert wait_for(lambda: httpx.post(server.url + IMPORT, content=b"x" * MEGABYTE, headers=STAFF).is_success)


UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        (upload(**STAFF), b"x"),  # the client goes away
        (upload(**STAFF, Connection="close"), b"x" * MEGABYTE),
        (upload(**STAFF, **UPGRADE), b"x" * MEGABYTE),
        (head("POST", IMPORT, Transfer_Encoding="chunked", **STAFF), b"no chunk\r\n"),
    ],
)
def test_a_place_for_a_file_is_given_back(server: Running, asked: bytes, body: bytes):
    for _ in range(5):
        with server.dial() as wire:
            wire.sendall(asked + body)
            if len(body) > 1:
                assert everything(wire)
    assert wait_for(lambda: httpx.post(server.url + IMPORT, content=b"x" * MEGABYTE, headers=STAFF).is_success)


def test_one_connection_sends_many(server: Running):
    with httpx.Client(base_url=server.url, headers=STAFF) as browser:
        for _ in range(5):
            assert browser.post(IMPORT, content=b"x" * MEGABYTE).is_success


def test_a_file_may_take_longer_than_a_page(server: Running):
    with server.dial() as wire:
        wire.sendall(upload(**STAFF, Connection="close"))
        for _ in range(16):
            wire.sendall(b"x" * (MEGABYTE // 16))
            time.sleep(0.1)
        assert everything(wire).startswith(b"HTTP/1.1 200 ")


def test_nothing_after_a_refusal_is_served(server: Running):
    smuggled = head("GET", "/smuggled")
    answer = answer_to(server, b"GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n" + smuggled)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert "/smuggled" not in server.log.read_text()


@pytest.mark.parametrize(
    "beginning",
    [b"", b"GET / HT", head()[:-2], head(Content_Length="9") + b"12", head(Transfer_Encoding="chunked")],
)
def test_half_a_request_is_closed_in_time(server: Running, beginning: bytes):
    began = time.monotonic()
    answer = answer_to(server, beginning)
    assert 0.8 < time.monotonic() - began < 4
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")


def test_a_trickle_does_not_move_the_deadline(server: Running):
    began = time.monotonic()
    answer = answer_to(server, head(Content_Length="900"), *[b"x"] * 50, pause=0.1)
    assert time.monotonic() - began < 4
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_the_deadline_is_for_the_request_not_for_the_answer(server: Running):
    with httpx.Client(base_url=server.url) as browser:
        assert browser.get("/slow").text == "finished"
        time.sleep(1.2)  # and not for the pause between two requests either
        assert browser.get("/slow").text == "finished"


def test_pipelined_requests_are_answered_in_turn(server: Running):
    answer = answer_to(server, head("GET", "/slow") + head("GET", "/", Connection="close"))
    assert answer.index(b"finished") < answer.index(b"0 ''")


def test_a_client_chooses_no_root_path(server: Running):
    assert httpx.get(server.url, headers={"Daphne-Root-Path": "/evil"}).text.startswith("0 '' ")
    with server.socket(additional_headers={"Daphne-Root-Path": "/evil"}) as wire:
        assert wire.recv() == "''"


def test_errors_inside_have_the_headers(server: Running):
    answer = httpx.get(f"{server.url}/boom")
    assert answer.status_code == 500
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "RuntimeError" not in answer.text


def test_an_error_half_way_cuts_the_page_and_nothing_else(server: Running):
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{server.url}/half")
    assert httpx.get(f"{server.url}/boom").status_code == 500


def test_the_log_names_no_token(server: Running):
    httpx.get(f"{server.url}/p/{ULID}?token=secret")
    httpx.get(f"{server.url}/boom")
    with server.socket():
        pass
    assert wait_for(lambda: "disconnected" in server.log.read_text())
    log = server.log.read_text()
    assert "GET /p/#" in log and "WS /ws/session/#" in log and "RuntimeError" in log
    assert ULID not in log and "01JBAD" not in log and "secret" not in log


def test_the_access_log_can_be_off(tmp_path: Path):
    running = Running(tmp_path, ACCESS_LOG="False")
    httpx.get(running.url)
    running.end()
    assert "visitor_portal.access" not in running.log.read_text()


def test_a_foreign_socket_is_refused_with_headers(server: Running):
    with pytest.raises(InvalidStatus) as refused:
        connect(server.url.replace("http", "ws"), origin=Origin("http://evil.example"))
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["x-frame-options"] == "DENY"


def test_a_handshake_that_is_none_leaves_no_trace(server: Running):
    answer = answer_to(server, head("GET", Upgrade="websocket", Connection="Upgrade"))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert "Uncaught" not in server.log.read_text()


def test_a_long_message_closes_the_socket(server: Running):
    most = 4096
    with server.socket() as wire:
        wire.recv()
        wire.send("x" * most)
        assert len(wire.recv()) == most
        wire.send("x" * (most + 1))
        with pytest.raises(ConnectionClosed) as closed:
            wire.recv()
    assert closed.value.rcvd and closed.value.rcvd.code == 1009


def test_the_application_may_close_with_any_code(server: Running):
    with server.socket() as wire:
        wire.recv()
        wire.send("close")
        with pytest.raises(ConnectionClosed) as closed:
            wire.recv()
    assert closed.value.rcvd and closed.value.rcvd.code == 1013
