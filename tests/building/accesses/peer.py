"""An organisation as Entryfy has them: our own server with the demo building, in another process."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import grpc

from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2 as account_pb
from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2_grpc as account
from visitor_portal.building.accesses.wire import uuid_of

ROOT = Path(__file__).resolve().parents[3]


class Peer:
    def __init__(self, home: Path, *, certificate: Path | None = None, port: int = 0) -> None:
        self.home, self.port = home, port
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        tls = {"GRPC_CERTIFICATE": str(certificate), "GRPC_KEY": str(certificate)} if certificate else {}
        self.environment = kept | tls | {"DJANGO_SETTINGS_MODULE": "visitor_portal.settings", "VAR_DIR": str(home)}
        self._certificate = certificate

    def __enter__(self) -> Self:
        self.manage("migrate", "--noinput")
        self.demo: dict[str, Any] = json.loads(self.manage("demo", "--json"))
        self.sql("UPDATE building_building SET min_interval_ms = 1")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """On the port that it had, if it had one."""
        with (self.home / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "manage.py", "serve_accesses", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        assert line.startswith("Listening on grpc"), self.log
        self.port = int(line.rpartition(":")[2])

    def end(self) -> int:
        """As asked to; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)
        assert self.process.stdout
        self.process.stdout.close()

    @property
    def log(self) -> str:
        return (self.home / "log").read_text()

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Asked of the database behind it, or written there."""
        database = sqlite3.connect(self.home / "portal.sqlite3", timeout=10)
        try:
            with database:
                return database.execute(statement, values).fetchall()
        finally:
            database.close()

    # -- what is there

    @property
    def slug(self) -> str:
        return str(self.sql("SELECT slug FROM building_organization")[0][0])

    @property
    def doors(self) -> dict[str, str]:
        """UUIDs by name."""
        rows = self.sql("SELECT id, name FROM building_door ORDER BY id")
        return {json.loads(name)["en"]: uuid_of(id_) for id_, name in rows}

    @property
    def door_uuid(self) -> str:
        return next(iter(self.doors.values()))

    @property
    def admin(self) -> tuple[str, str]:
        return self.demo["admin"]["username"], self.demo["admin"]["password"]

    def lock(self, **settings: Any) -> None:
        """How every simulated lock behaves from now on."""
        self.sql("UPDATE building_opener SET settings = ?", json.dumps(settings))

    def pulses(self) -> int:
        return int(self.sql("SELECT COALESCE(SUM(pulses), 0) FROM building_simulateddoor")[0][0])

    def commands(self) -> int:
        """How often a lock was told to open, whatever came of it."""
        return int(self.sql("SELECT COUNT(*) FROM building_accesslog WHERE state = 'sent'")[0][0])

    def states(self) -> list[str]:
        """How the attempts at its doors ended, the oldest first."""
        rows = self.sql("SELECT state FROM building_accesslog WHERE step = 3 ORDER BY sequence")
        return [state for (state,) in rows]

    # -- talking to it

    def channel(self, port: int = 0) -> grpc.Channel:
        address = f"127.0.0.1:{port or self.port}"
        if self._certificate is None:
            return grpc.insecure_channel(address)
        return grpc.secure_channel(address, grpc.ssl_channel_credentials(self._certificate.read_bytes()))

    def login(self, channel: grpc.Channel, name: str = "", password: str = "", device: str = "") -> Any:
        """Metadata of a session; the demo's manager without a name."""
        mine, secret = self.admin
        request = account_pb.CreateSessionRequest(
            username=name or mine, password=password or secret, device_uuid=device or "12345678901234"
        )
        answer = account.SessionsServiceStub(channel).CreateSession(request, timeout=10)
        return (("authorization", f"Bearer {answer.auth_token}"),)
