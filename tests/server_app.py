"""A small application for the server's own tests: it is known, so what the server adds can be seen."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

from visitor_portal import upstream
from visitor_portal.guard import Guard

get_asgi_application()  # sets Django up
urlpatterns: list[Any] = []
Reply = Callable[..., Awaitable[None]]


async def slow(reply: Reply, body: bytes, scope: Any) -> None:
    await asyncio.sleep(1)
    await reply(b"finished")


async def effect(reply: Reply, body: bytes, scope: Any) -> None:
    """Answers at once; what it began ends a second later."""

    async def open_the_door() -> None:
        await asyncio.sleep(1)
        (settings.VAR_DIR / "opened").touch()

    effects.append(asyncio.ensure_future(upstream.finish(open_the_door())))
    await reply(b"asked")


async def echo(reply: Reply, body: bytes, scope: Any) -> None:
    await reply(f"{len(body)} {scope['root_path']!r} {scope['client'] and scope['client'][0]}".encode())


async def boom(reply: Reply, body: bytes, scope: Any) -> None:
    raise RuntimeError("boom at /p/01JBADBADBADBADBADBADBADBA?token=secret")


async def half(reply: Reply, body: bytes, scope: Any) -> None:
    await reply(b"half a page", more=True)
    raise RuntimeError("boom half-way")


effects: list[Any] = []
VIEWS = {"/slow": slow, "/effect": effect, "/boom": boom, "/half": half}


async def http(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]

    async def reply(page: bytes, *, more: bool = False) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": page, "more_body": more})

    await VIEWS.get(scope["path"], echo)(reply, body, scope)


async def websocket(scope: Any, receive: Any, send: Any) -> None:
    """Says its root path, then gives back what it gets; `close` makes it close with 1013."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": repr(scope["root_path"])})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "close":
            await send({"type": "websocket.close", "code": 1013})
        else:
            await send({"type": "websocket.send", "text": message["text"]})


async def choose(scope: Any, receive: Any, send: Any) -> None:
    await (http if scope["type"] == "http" else websocket)(scope, receive, send)


application = Guard(choose)
