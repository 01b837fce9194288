"""`manage.py keep`: the chores, again and again, until it is asked to stop."""

import signal
from argparse import ArgumentParser
from queue import SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand

from visitor_portal import keeping

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = (
        "Does what must happen by itself: ends calls and accesses, closes openings that a crash left open, moves "
        "holds, turns lights off, and forgets what need not be known any longer. Asked to stop, it finishes what it "
        "has begun, for some seconds at most; asked twice, it stops at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do each chore once and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        keeping.discover()
        if options["once"]:
            keeping.once()
        else:
            self._keep(keeping.Keeper())

    def _keep(self, keeper: keeping.Keeper) -> None:
        asked: SimpleQueue[int] = SimpleQueue()  # made for this; a signal that finds an Event half-way never returns
        for number in _SIGNALS:
            signal.signal(number, lambda sent, _: asked.put(sent))
        keeper.start()
        self.stdout.write("Keeping")
        self.stdout.flush()
        asked.get()
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        keeper.stop()
        keeper.wait(keeping.STOP_SECONDS)
        keeper.leave()
