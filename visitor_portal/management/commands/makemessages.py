"""Brings the catalogs in locale/ up to date with the source. Needs gettext; running the portal does not."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages
from django.utils.translation import to_locale

ELSEWHERE = ["collected", "docs", "node_modules", "scripts", "tests", "var", "vendor"]
WHO_AND_WHEN = tuple(
    f'"{field}' for field in ("PO-", "POT-", "Last-Translator", "Language-Team", "Project-", "Report-")
)


class Command(makemessages.Command):
    """Django's own, for every language of the portal, and with nothing in the files but words."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(
            locale=[to_locale(code) for code in settings.TRANSLATED],
            ignore_patterns=ELSEWHERE,
            no_location=True,
            no_obsolete=True,
            no_wrap=True,
        )

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        po = Path(potfile).parent / locale / "LC_MESSAGES" / "django.po"
        lines = po.read_text().splitlines(keepends=True)
        po.write_text("".join(line for line in lines if not line.startswith(WHO_AND_WHEN)))
