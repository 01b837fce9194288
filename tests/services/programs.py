"""Programs of this system that tests start as services."""

import os
import shutil
from glob import glob

import pytest


def found(program: str, *places: str) -> str:
    """The program, or a skip that says why; a failure where services are required."""
    path = shutil.which(program) or next((p for place in places for p in sorted(glob(place), reverse=True)), "")
    if not path:
        missing = pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip
        missing(f"{program} is not installed here")
    return path
