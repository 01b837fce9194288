"""`manage.py serve` as a process of its own, spoken to through real sockets."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

ROOT = Path(__file__).resolve().parent.parent
ULID = "01JABCDEFGHJKMNPQRSTVWXYZ0"
TOO_MUCH = 64 * 1024 + 1


class Running:
    """A server under test: where it listens, what it wrote."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        self.home = home
        self.spool = home / "tmp"
        self.spool.mkdir(exist_ok=True)
        self.log = home / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "manage.py", "serve", "--port", "0", *arguments],
                cwd=ROOT,
                env=environment_of(home) | environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline().strip()
        assert self.first_line.startswith("Listening on "), self.log.read_text()
        self.url = self.first_line.removeprefix("Listening on ")
        self.port = int(self.url.rpartition(":")[2]) if "//" in self.url else 0

    def dial(self) -> socket.socket:
        wire = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        return wire

    def socket(self, **options: Any) -> ClientConnection:
        url = self.url.replace("http", "ws") + f"/ws/session/{ULID}?token=secret"
        wire: ClientConnection = connect(url, origin=Origin(self.url), **options)
        return wire

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        self.terminate()
        code = self.process.wait(15)
        assert self.process.stdout
        self.process.stdout.close()
        return code


def environment_of(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "VAR_DIR": str(home),
        "TMPDIR": str(home / "tmp"),
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("server"), "--request-timeout", "1")
    yield running
    assert running.end() == 0


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.end()


def answer_to(server: Running, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that comes back until the server closes. Stops sending as soon as it answers."""
    with server.dial() as wire:
        for part in parts:
            wire.sendall(part)
            if select.select([wire], [], [], pause)[0]:
                break
        return everything(wire)


def everything(wire: socket.socket) -> bytes:
    heard = b""
    while piece := wire.recv(65536):
        heard += piece
    return heard


def head(method: str = "POST", path: str = "/", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def wait_for(happened: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.05)
    return happened()


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
                files |= {file for file in open_files(server) if str(server.spool) in file}
                time.sleep(0.001)
    assert not files
    assert b"413" in answer_to(server, head(Transfer_Encoding="chunked"), chunk * 5)


def open_files(server: Running) -> set[str]:
    folder = Path(f"/proc/{server.process.pid}/fd")
    if not folder.is_dir():
        return set()
    found = set()
    for entry in folder.iterdir():
        try:
            found.add(os.readlink(entry))
        except FileNotFoundError:
            continue
    return found


def test_a_body_up_to_the_limit_passes(server: Running):
    assert httpx.post(server.url, content=b"x" * (TOO_MUCH - 1)).text.startswith("65536 ")
    chunks = (b"x" * 1024 for _ in range(64))
    assert httpx.post(server.url, content=chunks).text.startswith("65536 ")


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
    with server.socket() as wire:
        wire.recv()
        wire.send("x" * (TOO_MUCH - 1))
        assert len(wire.recv()) == TOO_MUCH - 1
        wire.send("x" * TOO_MUCH)
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


def test_stopping_finishes_the_request_under_way(own_server: Running):
    with own_server.dial() as wire, own_server.dial() as idle:
        wire.sendall(head("GET", "/slow"))
        time.sleep(0.3)
        own_server.terminate()
        answer = everything(wire)
        assert b"finished" in answer and b"connection: close" in answer.lower()
        assert idle.recv(1) == b""
    assert own_server.process.wait(5) == 0


def test_stopping_finishes_what_a_request_began(own_server: Running):
    assert httpx.get(f"{own_server.url}/effect").text == "asked"
    assert own_server.end() == 0
    assert (own_server.home / "opened").exists()


def test_stopping_takes_no_new_visitors(own_server: Running):
    httpx.get(f"{own_server.url}/effect")
    own_server.terminate()
    time.sleep(0.3)
    with pytest.raises(httpx.ConnectError):
        httpx.get(own_server.url)


def test_stopping_asks_sockets_to_come_back(own_server: Running):
    with own_server.socket() as wire:
        wire.recv()
        own_server.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            wire.recv(timeout=5)
    assert closed.value.rcvd and closed.value.rcvd.code == 1012
    assert own_server.process.wait(5) == 0


def test_a_second_signal_stops_at_once(own_server: Running):
    httpx.get(f"{own_server.url}/effect")
    own_server.process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    own_server.process.send_signal(signal.SIGINT)
    assert own_server.process.wait(5) == 0
    assert not (own_server.home / "opened").exists()


def serve(home: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env=environment_of(home),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        **options,
    )


def test_a_taken_port_is_one_sentence(server: Running, tmp_path: Path):
    refused = serve(tmp_path, "--port", str(server.port))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"Port {server.port} is in use" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "192.0.2.1"], "Cannot listen on 192.0.2.1"),
        (["--port", "70000"], "Cannot listen on 127.0.0.1, port 70000"),
        (["--fd", "77"], "File descriptor 77 is not a socket"),
        (["--unix", "/nowhere/portal.sock"], "Cannot listen on /nowhere/portal.sock"),
    ],
)
def test_an_impossible_address_is_one_sentence(tmp_path: Path, arguments: list[str], sentence: str):
    refused = serve(tmp_path, *arguments)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert sentence in refused.stderr


def test_listens_on_a_unix_socket(tmp_path: Path):
    path = tmp_path / "portal.sock"
    left_behind = socket.socket(socket.AF_UNIX)
    left_behind.bind(str(path))
    left_behind.close()
    running = Running(tmp_path, "--unix", str(path))
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://localhost") as browser:
        assert browser.get("/").text == "0 '' None"
    assert running.end() == 0
    assert not path.exists()


def test_listens_on_an_inherited_socket(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        port = listening.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--fd", str(number)],
            cwd=ROOT,
            env=environment_of(tmp_path),
            pass_fds=[number],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        assert httpx.get(f"http://127.0.0.1:{port}", timeout=20).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
