import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of our own scripts: comments that fill their lines, and the space before a line. Nothing within one is touched.
_FOR_READERS = re.compile(r"^\s*(//.*|/\*\*.*\*/)?\n|^[ \t]+", re.MULTILINE)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names by content, for what our modules import too: a page never mixes two releases of its scripts."""

    support_js_module_import_aggregation = True
    # Ours alone: Django's patterns find an import in a comment of another package's file, and stop the collecting.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )

    def _save(self, name: str, content: Any) -> str:
        """A phone at a door loads a quarter less of our scripts without what is there for their readers."""
        if re.fullmatch(r"js/[\w.]+\.js", name):
            content.seek(0)  # Django saves one file twice: under its own name, and under that of its content
            content = ContentFile(lean(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved


def lean(script: str) -> str:
    return _FOR_READERS.sub("", script)
