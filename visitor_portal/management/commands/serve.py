"""`manage.py serve`: pages and sockets, in one process."""

import errno
import logging
import os
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from visitor_portal import keeping
from visitor_portal.server import PING_SECONDS, REQUEST_SECONDS, SOCKET_SECONDS, Server

_BACKLOG = 1024
_BESIDE = (
    "visitor_portal.building.accesses.server.Beside"  # by name: where no building is installed, it can't be read
)

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Serves the portal: pages and sockets, in one process, until it is asked to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 takes a free one")
        parser.add_argument("--fd", type=int, help="listen on this inherited socket instead")
        parser.add_argument("--unix", type=Path, help="listen on this Unix socket instead")
        parser.add_argument("--keep", action="store_true", help="do the chores of `manage.py keep` as well")
        parser.add_argument(
            "--accesses", action="store_true", help="serve gRPC as `manage.py serve_accesses` does as well"
        )
        parser.add_argument(
            "--request-timeout",
            type=float,
            default=REQUEST_SECONDS,
            metavar="SECONDS",
            help="for a whole request to arrive",
        )

        parser.add_argument(
            "--ping",
            type=float,
            default=PING_SECONDS,
            metavar="SECONDS",
            help="between two pings of a socket",
        )
        parser.add_argument(
            "--socket-life",
            type=float,
            default=SOCKET_SECONDS,
            metavar="SECONDS",
            help="after which a socket is closed, and its page opens another one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        listening, name = _listen(options)
        keeper = _Keeper(chores=options["keep"], accesses=options["accesses"])

        def ready() -> None:
            self._say(f"Listening on {name}")
            keeper.start()
            if keeper.accesses_url:
                self._say(f"Accesses on {keeper.accesses_url}")

        try:
            Server(
                import_string(settings.ASGI_APPLICATION),
                listening,
                keeper=keeper,
                request_seconds=options["request_timeout"],
                ping_seconds=options["ping"],
                socket_seconds=options["socket_life"],
                on_ready=ready,
            ).run()
        finally:
            keeper.stop()
            if options["unix"]:
                options["unix"].unlink(missing_ok=True)
        keeper.leave()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # whoever starts us through a pipe waits for this line


class _Keeper(keeping.Keeper):
    """What else this process does, as far as it was asked for: it begins and ends with the pages."""

    def __init__(self, *, chores: bool, accesses: bool) -> None:
        super().__init__()
        self._does_chores = chores
        self._accesses: Any = import_string(_BESIDE)() if accesses else None
        if chores:
            keeping.discover()

    def start(self) -> None:
        if self._does_chores:
            super().start()
        if self._accesses:
            try:
                self._accesses.start()
            except ImproperlyConfigured as error:  # the pages are worth more than that
                logger.error("Accesses are not served: %s", error)

    @property
    def accesses_url(self) -> str:
        return str(self._accesses.url) if self._accesses else ""

    def stop(self) -> None:
        super().stop()
        if self._accesses:
            self._accesses.stop()

    @property
    def under_way(self) -> list[str]:
        names = super().under_way
        return [*names, "accesses"] if self._accesses and self._accesses.is_alive else names


def _listen(options: dict[str, Any]) -> tuple[socket.socket, str]:
    """A listening socket and what to call it."""
    if options["fd"] is not None:
        return _inherited(options["fd"]), f"file descriptor {options['fd']}"
    if options["unix"]:
        return _unix(options["unix"]), f"unix:{options['unix']}"
    listening = _tcp(options["host"], options["port"])
    host, port = listening.getsockname()[:2]
    return listening, f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _tcp(host: str, port: int) -> socket.socket:
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None)
        if number == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is in use: stop what listens there, or choose another, as in PORT={port + 1}."
            ) from error
        if number == errno.EACCES:
            raise CommandError(f"Port {port} needs more rights than we have: choose one from 1024 up.") from error
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"Cannot listen on {host}, port {port}: {why}.") from error


def _inherited(number: int) -> socket.socket:
    try:
        listening = socket.socket(fileno=number)
        listening.listen(_BACKLOG)
    except OSError as error:
        raise CommandError(f"File descriptor {number} is not a socket to listen on: {error.strerror}.") from error
    return listening


def _unix(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and listening.connect_ex(os.fspath(path)) != 0:
            path.unlink()  # left behind by a server that was killed
        listening.close()
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(os.fspath(path))
        path.chmod(0o666)  # the proxy in front runs as another user; the folder decides who gets here
        listening.listen(_BACKLOG)
    except OSError as error:
        raise CommandError(f"Cannot listen on {path}: {error.strerror or error}.") from error
    return listening
