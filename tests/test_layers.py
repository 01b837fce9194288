"""Who may import whom: the house's own table."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "visitor_portal"
ANYBODY = {"http", "converters"}
MAY: dict[str, set[str]] = {
    "public_access": set(),
    "events": set(),
    "seals": set(),
    "lines": set(),
    "phrases": {"lines"},
    "keeping": set(),
    "openings": {"public_access", "keeping"},
    "push": {"keeping"},
    "upstream": {"public_access", "workers"},
    "workers": set(),
    "roles": {"upstream", "public_access"},
    "sockets": {"guard", "roles"},
    "sentences": set(),
    "inapp": set(),
    "browsers": set(),
    "ice": set(),
    "faults": {"public_access", "sentences"},
    "middleware": {"public_access", "faults"},
    "context": set(),
    "logs": set(),
    "guard": {"public_access"},
    "templatetags": {"public_access"},
    "live": {
        "upstream",
        "public_access",
        "events",
        "roles",
        "sockets",
        "seals",
        "faults",
        "openings",
        "inapp",
        "browsers",
        "ice",
        "lines",
        "phrases",
        "sentences",
    },
    "visitor": {"upstream", "public_access", "roles", "seals", "sentences", "faults", "openings", "inapp"},
    "resident": {
        "upstream",
        "public_access",
        "roles",
        "sockets",
        "seals",
        "faults",
        "sentences",
        "openings",
        "push",
        "browsers",
        "phrases",
    },
    "building": {"public_access.wire", "push", "events", "keeping", "ice", "lines"},
    "health": {"upstream", "public_access", "events"},
}
SERVER = {
    "settings",
    "environment",
    "storage",
    "urls",
    "asgi",
    "apps",
    "server",
    "connection",
    "websocket",
    "management",
    "__init__",
}
FILES = [
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in SERVER
]


def imported(path: Path) -> set[str]:
    """Every visitor_portal module that this file names, without the package's own name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix("visitor_portal.") for name in names if name.startswith("visitor_portal.")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room in ANYBODY:
        return
    allowed = MAY[room] | ANYBODY | {room}
    wrong = [name for name in imported(path) if not any(f"{name}.".startswith(f"{a}.") for a in allowed)]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_hides_in_a_function(path: Path) -> None:
    functions = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    hidden = [n for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not hidden
