"""Sockets as a browser opens them: through the whole application, guard and router included."""

import json
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


async def heard(live: WebsocketCommunicator, seconds: float = 3) -> Any:
    return json.loads(await live.receive_from(seconds))


async def say(live: WebsocketCommunicator, *messages: dict[str, Any]) -> None:
    for message in messages:
        await live.send_to(json.dumps(message))


async def closed(live: WebsocketCommunicator, seconds: float = 3) -> int:
    """The code with which it is closed, whatever it says before."""
    while (output := await live.receive_output(seconds))["type"] != "websocket.close":
        pass
    return int(output["code"])


async def refused(live: WebsocketCommunicator) -> int:
    assert (await live.connect())[0]  # a browser is told why only by a socket that was open
    return await closed(live)


class Deaf:
    """A channel layer whose Redis is gone."""

    async def new_channel(self, prefix: str = "specific.") -> str:
        return "specific.x!y"

    async def group_add(self, group: str, channel: str) -> None:
        raise ConnectionError("down")

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError("down")

    group_discard = group_add
