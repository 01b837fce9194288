"""What every call passes: bytes become a message, a method gets a thread and a connection, errors become codes.

Methods of services are plain functions, (request, call) -> response; a stream is an async generator. Either may raise
a Fault or a Refusal. A response may also be bytes: a large one is put together piece by piece.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import grpc
from django.db import DataError
from google.protobuf.message import DecodeError
from grpc import StatusCode

from visitor_portal.building.refusals import Refusal

from . import errors, layouts
from .calls import Call
from .errors import Fault
from .identity import PREFIX
from .threads import Threads

SECONDS = 30.0  # for a method whose client named no deadline
OPEN_TO_ALL = ("CreateSession", "ReissueSession")

logger = logging.getLogger(__name__)


class Guard(grpc.aio.ServerInterceptor):
    """Around our own services; health and reflection are left alone."""

    def __init__(self) -> None:
        self._threads = Threads()
        self._under_way: set[asyncio.Task[Any]] = set()

    async def intercept_service(self, continuation: Callable[[Any], Awaitable[Any]], details: Any) -> Any:
        handler = await continuation(details)
        if handler is None or not details.method.startswith("/entryfy."):
            return handler
        parse = layouts.READERS.get(details.method, handler.request_deserializer)
        name = details.method.rpartition("/")[2]
        made = {"request_deserializer": None, "response_serializer": _serialized}
        if handler.response_streaming:
            return handler._replace(**made, unary_stream=partial(self._stream, handler.unary_stream, parse))
        return handler._replace(**made, unary_unary=partial(self._unary, handler.unary_unary, parse, name))

    async def _unary(self, method: Any, parse: Any, name: str, data: bytes, context: Any) -> Any:
        call = self._call(context)

        def work() -> Any:
            if name not in OPEN_TO_ALL:
                _ = call.caller
            return method(_parsed(parse, data), call)

        # What was begun is ended, also when nobody waits for it any more: a door may be opening.
        doing = self._begun(self._threads.run(work))
        doing.add_done_callback(partial(self._follow, call))
        try:
            return await asyncio.wait_for(asyncio.shield(doing), context.time_remaining() or SECONDS)
        except Exception as error:  # noqa: BLE001 whatever it is, the client gets a code and no traceback
            fault = _fault(error)
        return await context.abort(fault.code, fault.message)

    def _follow(self, call: Call, done: asyncio.Task[Any]) -> None:
        if done.cancelled() or done.exception():  # which is asked for here, as nobody else may be left to ask
            return
        for work in call.after:
            self._begun(self._quietly(work))

    def _begun(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def finish(self) -> None:
        """For the server's end: whatever was begun is done, and what follows from it."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        self._threads.end()

    async def _quietly(self, work: Callable[[], object]) -> None:
        try:
            await self._threads.run(work)
        except Exception:
            logger.exception("What should follow a call failed; the keeper tries it again.")

    def _call(self, context: Any) -> Call:
        said = {key: value for key, value in context.invocation_metadata() or () if key == "authorization"}
        token = said.get("authorization", "")
        token = token.removeprefix(PREFIX) if token.startswith(PREFIX) else ""
        return Call(token=token, peer=_address(context.peer()), threads=self._threads)

    async def _stream(self, method: Any, parse: Any, data: bytes, context: Any) -> AsyncIterator[Any]:
        call = self._call(context)
        try:
            request = _parsed(parse, data)
            await call.ask(call.recheck)
            async for response in method(request, call):
                yield response
        except Exception as error:  # noqa: BLE001 as above
            fault = _fault(error)
        else:
            return
        await context.abort(fault.code, fault.message)


def _address(peer: str) -> str:
    """`ipv4:127.0.0.1:50123` without the port: that is another one for each connection."""
    return peer.rpartition(":")[0][:64] or peer[:64]


def _parsed(parse: Any, data: bytes) -> Any:
    try:
        return parse(data)
    except (DecodeError, UnicodeDecodeError):
        raise errors.unreadable() from None


def _serialized(response: Any) -> bytes:
    return response if isinstance(response, bytes) else response.SerializeToString()


def _fault(error: Exception) -> Fault:
    if isinstance(error, Fault):
        return error
    if isinstance(error, Refusal):
        return errors.of_refusal(error)
    if isinstance(error, DataError):  # as a NUL in a text, which PostgreSQL can't keep
        return errors.unreadable("A value in this message can't be kept.")
    if isinstance(error, TimeoutError):
        return Fault(StatusCode.DEADLINE_EXCEEDED, "This took too long. What became of it can be read later.")
    logger.error("A call failed.", exc_info=error)
    return Fault(StatusCode.INTERNAL, "Something went wrong here. It was written down.")
