"""Static files by their content's name."""

import re
from pathlib import Path

from django.core.management import call_command
from pytest_django.fixtures import Settings

from visitor_portal.storage import lean


def test_modules_import_by_content_name(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    call_command("collectstatic", interactive=False, verbosity=0)
    [resident] = [path for path in (tmp_path / "js").glob("resident.*.js") if path.suffixes[0] != ".js"]
    assert "\n//" not in resident.read_text() and "\n  " not in resident.read_text()
    imported = re.findall(r'"\./(.+?)"', resident.read_text())
    assert imported and all(re.fullmatch(r"[a-z]+\.[0-9a-f]{12}\.js", name) for name in imported)
    assert all((tmp_path / "js" / name).exists() for name in imported)


def test_what_is_there_for_readers_stays_at_home() -> None:
    script = """// Why.\n\nif (a) {\n  /** What. */\n  b("// said"); // when\n\n  // more\n\tc();\n}\n"""
    assert lean(script) == """if (a) {\nb("// said"); // when\nc();\n}\n"""
