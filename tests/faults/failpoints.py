"""Settings of a portal that kills itself at a named step of an opening, as a power cut would: once, with SIGKILL."""

import os
import signal
from functools import wraps
from pathlib import Path
from typing import Any

from visitor_portal.settings import *  # noqa: F403
from visitor_portal.settings import VAR_DIR

ASGI_APPLICATION = "tests.faults.app.application"

AT, DONE = os.environ.get("KILL_AT", ""), Path(VAR_DIR) / "killed"


def die(at: str) -> None:
    if at == AT and not DONE.exists():
        DONE.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, before: str, after: str) -> None:
    real = getattr(owner, name)

    @wraps(real)
    def cut(*args: Any, **named: Any) -> Any:
        die(before)
        result = real(*args, **named)
        die(after)
        return result

    setattr(owner, name, cut)


def lay() -> None:
    """Put the failpoints where they belong. Called when every room is there."""
    from visitor_portal.building import access_log, doors, turns
    from visitor_portal.building.drivers import simulated

    around(turns.Turn, "write", "before the decision is written", "before the decision is committed")
    around(simulated, "_pulse", "before the pulse", "after the pulse")
    around(doors, "_move", "before the lock is asked", "after the end is committed")
    around(access_log, "take", "before the end is written", "before the end is committed")
