import ast
import sys
from pathlib import Path

import visitor_portal.public_access as package

FILES = sorted(Path(package.__file__).parent.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def test_package_knows_only_the_standard_library_and_httpx():
    for path in FILES:
        for name in imported(path):
            ours = name.startswith(package.__name__)
            assert ours or name.partition(".")[0] in {*sys.stdlib_module_names, "httpx"}, (path, name)


def test_files_stay_short():
    assert all(len(path.read_text().splitlines()) < 300 for path in FILES)
