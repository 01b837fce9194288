"""`manage.py keep`: the chores, again and again, until it is asked to stop."""

import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from visitor_portal import keeping


class Command(BaseCommand):
    help = (
        "Does what must happen by itself: ends calls and accesses, closes openings that a crash left open, moves "
        "holds, turns lights off, and forgets what need not be known any longer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do each chore once and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        keeping.discover()
        if options["once"]:
            keeping.once()
            return
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("Keeping")
        self.stdout.flush()
        keeping.run(stop)
