"""Sockets as a browser opens them: through the whole application, guard and router included."""

from typing import Any

from channels.testing import WebsocketCommunicator
from django.test import Client

from visitor_portal.asgi import application

ORIGIN = b"http://localhost:8000"


def socket(browser: Client | None, path: str, *, origin: bytes = ORIGIN) -> WebsocketCommunicator:
    """A socket with this browser's cookies, not connected yet."""
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in (browser.cookies if browser else {}).items())
    headers = [(b"host", b"localhost:8000"), (b"origin", origin), (b"cookie", cookies.encode())]
    return WebsocketCommunicator(application, path, headers=headers)


class Deaf:
    """A channel layer whose Redis is gone."""

    async def new_channel(self, prefix: str = "specific.") -> str:
        return "specific.x!y"

    async def group_add(self, group: str, channel: str) -> None:
        raise ConnectionError("down")

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError("down")

    group_discard = group_add
