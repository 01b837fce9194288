"""The application that a server runs: pages and sockets behind one guard."""

import gc
import os

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import re_path

from visitor_portal.guard import Guard, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "visitor_portal.settings")
django.setup(set_prefix=False)  # what routing imports needs it

from visitor_portal.live.routing import websocket_urlpatterns as live  # noqa: E402
from visitor_portal.resident.routing import websocket_urlpatterns as resident  # noqa: E402
from visitor_portal.workers import Pages, look_after_connections  # noqa: E402


async def no_such_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """A path without a socket is refused; the router alone would raise, and log a traceback for each."""
    await receive()
    await send({"type": "websocket.close"})


no_other = re_path("", no_such_socket)  # type: ignore[arg-type]  # an ASGI application, not a view
sockets = URLRouter([*live, *resident, no_other])
look_after_connections()
application = Guard(ProtocolTypeRouter({"http": Pages(), "websocket": sockets}))

# What is loaded by now lives as long as the process. Walking through all of it again and again is most of the
# slowest answers; kept out of the collector, and collected less often, the 99th percentile falls to a fifth.
gc.collect()
gc.freeze()
gc.set_threshold(20000, 20, 50)
