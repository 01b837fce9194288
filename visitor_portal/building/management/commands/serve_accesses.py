"""`manage.py serve_accesses`: the building's accesses over gRPC, until it is asked to stop."""

import asyncio
import gc
import signal
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from visitor_portal.building.accesses.server import Address, serve


class Command(BaseCommand):
    help = (
        "Serves accesses, users, doors and the access log over gRPC, as Entryfy does, with health checks and "
        "reflection. Asked to stop, it finishes what it has begun, for some seconds at most."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.GRPC_HOST, help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.GRPC_PORT, help="0 takes a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        self.address = replace(Address.by_settings(), host=options["host"], port=options["port"])
        try:
            asyncio.run(self._serve())
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error

    async def _serve(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await serve(self.address, stop, self._say)

    def _say(self, port: int) -> None:
        gc.collect()  # what is loaded by now stays: as in asgi.py, it is kept out of the collector
        gc.freeze()
        gc.set_threshold(20000, 20, 50)
        self.stdout.write(f"Listening on {self.address.url(port)}")
        self.stdout.flush()  # whoever starts us through a pipe waits for this line
