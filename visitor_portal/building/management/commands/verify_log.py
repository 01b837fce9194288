"""`manage.py verify_log`: proves that the access log is what was written, or names the first bad row."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from visitor_portal.building import chain


class Command(BaseCommand):
    help = "Proves that nobody changed the access log, or names the first bad row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", help="the head that was printed earlier: it must still be in the log, or be its purged start"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdicts = [chain.verify(building) for building in chain.buildings()]
        for verdict in verdicts:
            self.stdout.write(f"{verdict.building}: {verdict.rows} rows, head {verdict.head or 'none yet'}")
        if bad := [f"{v.building}: {v.fault}" for v in verdicts if v.fault]:
            raise CommandError("The access log was changed. " + "; ".join(bad))
        if (head := options["head"]) and not chain.holds(head):
            raise CommandError(f"No row has the head {head}: rows were cut off the end, or it is another log's.")
        self.stdout.write(self.style.SUCCESS("The access log is what was written."))
