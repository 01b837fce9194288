"""Real servers of the tests' own, on sockets in a folder that goes away with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .own_redis import OwnRedis
from .programs import found


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not pytest's own: a socket's path must be short, and the database's user must get in.
    with tempfile.TemporaryDirectory(prefix="vp") as name:
        os.chmod(name, 0o711)  # noqa: S103
        yield Path(name)


@pytest.fixture(scope="session")
def redis_url(folder: Path) -> Iterator[str]:
    redis = OwnRedis(folder)
    yield redis.url
    redis.kill()


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
