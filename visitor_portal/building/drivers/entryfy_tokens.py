"""Who we are to an Entryfy account: one device and its tokens, kept on disk for whoever drives its doors.

A login ends every other session of the same device, so there is one device for each account and one process at a time
that renews its tokens. A new pair is on disk before it is used: the old one is worth nothing any more.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Self
from uuid import uuid4

from django.conf import settings

from .outside import Deadline

EARLY = 3 * 86400  # seconds before its end at which a token is renewed
FORTNIGHT = 14 * 86400
BLINK = 0.02


@dataclass(frozen=True, slots=True)
class Tokens:
    device_uuid: str
    auth: str = ""
    reissue: str = ""
    ends: int = 0  # Unix seconds
    made: int = 0

    def renewed(self, auth: str, reissue: str, exp: int) -> Self:
        """With a new pair. Nobody says what `exp` counts: a date, as far as is known; a small one is a duration."""
        now = int(time.time())
        ends = exp if exp > 10**9 else now + (exp or FORTNIGHT)
        return replace(self, auth=auth, reissue=reissue, ends=ends, made=now)

    @property
    def holds(self) -> bool:
        return bool(self.auth) and time.time() < self.ends

    @property
    def is_late(self) -> bool:
        return time.time() > self.ends - EARLY

    @property
    def age(self) -> float:
        return time.time() - self.made


class Kept:
    """The tokens of one account in a file that only its owner may read."""

    def __init__(self, address: str, username: str) -> None:
        name = sha256(f"{address}\n{username}".encode()).hexdigest()[:24]
        self.path = Path(settings.VAR_DIR) / "entryfy" / f"{name}.json"

    def read(self) -> Tokens:
        try:
            return Tokens(**json.loads(self.path.read_text()))
        except (OSError, ValueError, TypeError):  # there are none yet, or nothing that could be read
            return Tokens(device_uuid=str(uuid4()))

    def write(self, tokens: Tokens) -> None:
        made = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(json.dumps(asdict(tokens)))
        os.replace(made, self.path)

    @contextmanager
    def alone(self, deadline: Deadline) -> Iterator[None]:
        """Nobody else, in this process or in another, renews these tokens meanwhile."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600), "rb") as lock:
            while not _locked(lock.fileno()):
                if deadline.passed:
                    raise TimeoutError("the tokens are being renewed by somebody else")
                time.sleep(BLINK)
            yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
