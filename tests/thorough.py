"""How much is tried: enough to notice in `make test`, all of it with THOROUGH=1, as `make test-all` does."""

import os
from typing import TypeVar

T = TypeVar("T")
THOROUGH = os.environ.get("THOROUGH") == "1"
SEED = int(os.environ.get("SEED", "20261122"))


def rather(quick: T, thorough: T) -> T:
    return thorough if THOROUGH else quick
