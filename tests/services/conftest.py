"""Real servers of the tests' own, on sockets in a folder that goes away with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import pytest


def found(program: str, *places: str) -> str:
    """The program, or a skip that says why; a failure where services are required."""
    path = shutil.which(program) or next((p for place in places for p in sorted(glob(place), reverse=True)), "")
    if not path:
        missing = pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip
        missing(f"{program} is not installed here")
    return path


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not pytest's own: a socket's path must be short, and the database's user must get in.
    with tempfile.TemporaryDirectory(prefix="vp") as name:
        os.chmod(name, 0o711)  # noqa: S103
        yield Path(name)


@pytest.fixture(scope="session")
def redis_url(folder: Path) -> Iterator[str]:
    path = folder / "redis.sock"
    program = found("redis-server")
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        until = time.monotonic() + 10
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        yield f"unix://{path}"
        server.terminate()


@pytest.fixture(scope="session")
def postgres_url(folder: Path) -> Iterator[str]:
    initdb = found("initdb", "/usr/lib/postgresql/*/bin/initdb")
    data = folder / "pg"
    data.mkdir()
    user = as_somebody_else(data)
    made = [*user, initdb, "-D", str(data), "-A", "trust", "-U", "portal", "-E", "UTF8", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True)
    control = [*user, str(Path(initdb).with_name("pg_ctl")), "-D", str(data), "-w", "-s", "-l", str(data / "log")]
    subprocess.run([*control, "-o", f"-c listen_addresses='' -k {data} -c fsync=off", "start"], check=True)
    yield f"postgres://portal@{str(data).replace('/', '%2F')}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True)


def as_somebody_else(data: Path) -> list[str]:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(data, pwd.getpwnam("postgres").pw_name)
    return ["runuser", "-u", "postgres", "--"]
