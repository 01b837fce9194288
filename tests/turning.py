"""A real coturn on loopback, and as much of a TURN client (RFC 8656) as it takes to hear its yes and no."""

import hmac
import os
import secrets
import shutil
import socket
import struct
import subprocess
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from .serving import wait_for

COTURN = shutil.which("turnserver")
MAGIC = 0x2112A442
BINDING, ALLOCATE, REFRESH, PERMISSION = 0x0001, 0x0003, 0x0004, 0x0008
USERNAME, INTEGRITY, ERROR, LIFETIME, PEER, REALM, NONCE, TRANSPORT = 6, 8, 9, 13, 18, 20, 21, 25
UDP = bytes([17, 0, 0, 0])


class Coturn:
    """Takes time-limited credentials, as docs/calls.md sets it up; relays to loopback too, where the tests live."""

    def __init__(self, home: Path, secret: str, *options: str, ip: str = "127.0.0.1") -> None:
        if COTURN is None:
            missing = "coturn is not installed here: there is no turnserver in PATH"
            (pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip)(missing)
        self.secret, self.ip, self.port = secret, ip, free_port(ip)
        self.log = home / "coturn.log"
        command = [COTURN, "-n", "--no-tls", "--no-dtls", "--no-cli", "--no-rfc5780", "--use-auth-secret"]
        command += [f"--listening-ip={ip}", f"--relay-ip={ip}", f"--listening-port={self.port}", "--realm=portal"]
        command += [f"--static-auth-secret={secret}", "--allow-loopback-peers", f"--pidfile={home / 'coturn.pid'}"]
        command += [f"--userdb={home / 'turndb'}", "--log-file=stdout", "--simple-log", "--verbose", *options]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        if not wait_for(self._answers, 10):
            self.stop()
            raise AssertionError(self.log.read_text())

    @property
    def url(self) -> str:
        return f"turn:{self.ip}:{self.port}"

    @property
    def server(self) -> dict[str, str]:
        """The settings of a portal that uses it."""
        return {"TURN_URLS": self.url, "TURN_SECRET": self.secret}

    def _answers(self) -> bool:
        try:
            with Caller(self, "", "") as asked:
                return asked.ask(BINDING) == 0
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class Caller:
    """One client: each question gives 0 for a yes, else the error's number."""

    def __init__(self, server: Coturn, username: str, credential: str) -> None:
        self.username, self.credential = username, credential
        self.realm = self.nonce = b""
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.settimeout(2)
        self.wire.connect((server.ip, server.port))

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *why: object) -> None:
        self.wire.close()

    def allocate(self) -> int:
        self.ask(ALLOCATE, (TRANSPORT, UDP))  # told realm and nonce
        return self.ask(ALLOCATE, (TRANSPORT, UDP))

    def refresh(self, seconds: int = 600) -> int:
        return self.ask(REFRESH, (LIFETIME, struct.pack("!I", seconds)))

    def permit(self, ip: str) -> int:
        """Ask that packets from and to this address be relayed."""
        mixed = struct.unpack("!I", socket.inet_aton(ip))[0] ^ MAGIC
        return self.ask(PERMISSION, (PEER, struct.pack("!BBHI", 0, 1, 0, mixed)))

    def ask(self, method: int, *attributes: tuple[int, bytes]) -> int:
        number = secrets.token_bytes(12)
        body = b"".join(_attribute(*attribute) for attribute in attributes)
        if self.realm:
            named = ((USERNAME, self.username.encode()), (REALM, self.realm), (NONCE, self.nonce))
            body += b"".join(_attribute(*attribute) for attribute in named)
            body += _attribute(INTEGRITY, self._mac(_head(method, len(body) + 24, number) + body))
        self.wire.send(_head(method, len(body), number) + body)
        return self._heard(self.wire.recv(2048))

    def _mac(self, message: bytes) -> bytes:
        whose = b":".join((self.username.encode(), self.realm, self.credential.encode()))
        return hmac.digest(md5(whose).digest(), message, "sha1")  # noqa: S324 as RFC 8489 has it

    def _heard(self, answer: bytes) -> int:
        told, rest = {}, answer[20:]
        while rest:
            kind, size = struct.unpack("!HH", rest[:4])
            told[kind], rest = rest[4 : 4 + size], rest[4 + size + -size % 4 :]
        self.realm, self.nonce = told.get(REALM, self.realm), told.get(NONCE, self.nonce)
        return told[ERROR][2] * 100 + told[ERROR][3] if ERROR in told else 0


def _head(method: int, size: int, number: bytes) -> bytes:
    return struct.pack("!HHI", method, size, MAGIC) + number


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def free_port(ip: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ip, 0))
        port: int = probe.getsockname()[1]
    return port


def of(servers: Any) -> tuple[str, str]:
    """The name and the password in what a page is told."""
    turn = next(server for server in servers if "credential" in server)
    return turn["username"], turn["credential"]
