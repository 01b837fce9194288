"""Static files by their content's name."""

import re
from pathlib import Path

from django.core.management import call_command
from pytest_django.fixtures import Settings


def test_modules_import_by_content_name(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    call_command("collectstatic", interactive=False, verbosity=0)
    [visit] = [path for path in (tmp_path / "js").glob("visit.*.js") if path.suffixes[0] != ".js"]
    imported = re.findall(r'"\./(.+?)"', visit.read_text())
    assert imported and all(re.fullmatch(r"[a-z]+\.[0-9a-f]{12}\.js", name) for name in imported)
    assert all((tmp_path / "js" / name).exists() for name in imported)
