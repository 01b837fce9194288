"""What the upstream says of a session, asked once for all who look as the same role at about the same time.

A socket's change, a page's poll and a signalling message may all want to know it in the same second. They share one
request, and its answer for a moment. Whoever hears of a change calls `forget`: from then on nobody is given an answer
whose request had begun before.
"""

import asyncio
import contextvars
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from visitor_portal import upstream
from visitor_portal.public_access import NotFound
from visitor_portal.public_access.wire import Session, Streams
from visitor_portal.roles import Role

T = TypeVar("T")

KEPT = 1.0  # seconds, counted from when it was asked
STREAMS_KEPT = 15 * 60.0  # longer than any call


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    since: float  # by the loop's clock
    answer: asyncio.Task[T]


Kept = dict[str, dict[Role, _Asked[T]]]  # by session


@dataclass(slots=True)
class _Memory:
    sessions: Kept[Session] = field(default_factory=lambda: defaultdict(dict))
    streams: Kept[Streams] = field(default_factory=lambda: defaultdict(dict))


_memories: WeakKeyDictionary[asyncio.AbstractEventLoop, _Memory] = WeakKeyDictionary()


def _memory() -> _Memory:
    """Of this event loop, in which its tasks live."""
    return _memories.setdefault(asyncio.get_running_loop(), _Memory())


async def read(role: Role, *, max_age: float = KEPT) -> Session:
    """The session as this role sees it. Failures are raised and not kept.

    A request under way is shared however old it is. With a `max_age` of 0 no answer of before is good enough.
    """
    memory = _memory()
    asked = memory.sessions[role.session_id].get(role)
    if asked and asked.answer.done() and asyncio.get_running_loop().time() - asked.since >= max_age:
        del memory.sessions[role.session_id][role]
    return await _shared(memory.sessions, role, _session, KEPT)


async def read_anew(role: Role) -> Session:
    """As `read`, asked after this very moment: for who may have changed something just now.

    Whoever asks meanwhile without having changed anything need not wait for it.
    """
    kept = _memory().sessions
    here = kept[role.session_id]
    asked = _ask(role, _session)
    asked.answer.add_done_callback(partial(_take, kept, here, role, asked))
    return await asyncio.shield(asked.answer)


def forget(session_id: str) -> None:
    """Something changed: what was asked before this moment is no answer any more, not even when it comes later."""
    _memory().sessions.pop(session_id, None)


async def streams(role: Role) -> Streams:
    """The portal's cameras, asked for once, when this role has answered. None before that, and none afterwards."""
    session = await read(role)
    kept = _memory().streams
    if session.state not in ("active", "accepted") or session.answered_by:
        kept[role.session_id].pop(role, None)
        return Streams()
    return await _shared(kept, role, _streams, STREAMS_KEPT)


async def _session(role: Role) -> Session:
    return await upstream.client().get_session(role.session_id, token=role.secret)


async def _streams(role: Role) -> Streams:
    try:
        return await upstream.client().get_session_streams(role.session_id, token=role.secret)
    except NotFound:  # an upstream that knows no cameras
        return Streams()


async def _shared(kept: Kept[T], role: Role, ask: Callable[[Role], Coroutine[Any, Any, T]], seconds: float) -> T:
    asked = kept[role.session_id].get(role)
    if asked is None:
        asked = kept[role.session_id][role] = _ask(role, ask)
        asked.answer.add_done_callback(partial(_answered, kept, role, asked, seconds))
    return await asyncio.shield(asked.answer)


def _ask(role: Role, ask: Callable[[Role], Coroutine[Any, Any, T]]) -> _Asked[T]:
    """Nobody's context and nobody's task: whoever asked first may hang up, and the others still get their answer."""
    loop = asyncio.get_running_loop()
    return _Asked(loop.time(), loop.create_task(ask(role), context=contextvars.Context()))


def _take(
    kept: Kept[Session], here: dict[Role, _Asked[Session]], role: Role, asked: _Asked[Session], answer: Any
) -> None:
    """Keep an answer that was asked beside what is kept, unless something changed since."""
    if kept.get(role.session_id) is not here:
        answer.cancelled() or answer.exception()  # whoever asked has it raised
        return
    here[role] = asked
    _answered(kept, role, asked, KEPT, answer)


def _answered(kept: Kept[T], role: Role, asked: _Asked[T], seconds: float, answer: asyncio.Task[T]) -> None:
    drop = partial(_drop, kept, role, asked)
    if answer.cancelled() or answer.exception():
        drop()
    else:
        asyncio.get_running_loop().call_at(asked.since + seconds, drop)


def _drop(kept: Kept[T], role: Role, asked: _Asked[T]) -> None:
    roles = kept.get(role.session_id, {})
    if roles.get(role) is asked:
        del roles[role]
    if not roles:
        kept.pop(role.session_id, None)
