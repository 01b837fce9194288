"""The command: how it stops, and where it listens."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.serving import ROOT, Running, environment_of, everything, head


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.end()


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


def test_a_taken_port_is_one_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = serve(tmp_path, "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"Port {port} is in use" in refused.stderr


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
