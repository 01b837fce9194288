"""`manage.py serve`: pages and sockets, in one process."""

import errno
import os
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from visitor_portal import keeping
from visitor_portal.server import PING_SECONDS, REQUEST_SECONDS, SOCKET_SECONDS, Server

_BACKLOG = 1024


class Command(BaseCommand):
    help = "Serves the portal: pages and sockets, in one process, until it is asked to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 takes a free one")
        parser.add_argument("--fd", type=int, help="listen on this inherited socket instead")
        parser.add_argument("--unix", type=Path, help="listen on this Unix socket instead")
        parser.add_argument("--keep", action="store_true", help="do the chores of `manage.py keep` as well")
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
        keeper = keeping.Keeper()
        if options["keep"]:
            keeping.discover()

        def ready() -> None:
            self._say(f"Listening on {name}")
            if options["keep"]:
                keeper.start()

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
