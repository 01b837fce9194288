"""Turns at a building's log: nobody else adds to it, or decides by what it says, until what was done is committed.

Threads of one process that wait for the same log are served together, by whoever comes first, in one transaction:
a commit waits for the disk, and one wait is enough for all of them.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import transaction

from . import chain
from .models import AccessLog, LogHead
from .questions import Question
from .rows import Rows

T = TypeVar("T")
State = AccessLog.State
_ROWS, _HEADS = Rows(AccessLog), Rows(LogHead)
STEPS = {
    State.REQUESTED: 1,
    State.SENT: 2,
    State.CONFIRMED: 3,
    State.REFUSED: 3,
    State.UNKNOWN: 3,
    State.SEEN_OPEN: 4,
    State.SEEN_SHUT: 5,
}


class Turn:
    """The end of a building's log, for as long as nobody else may add to it."""

    def __init__(self, building: str) -> None:
        self.head = _head(building)
        self._rows: list[AccessLog] = []
        self._told: dict[Hashable, Any] = {}

    def add(self, *rows: AccessLog) -> None:
        """They are in the database after `write`."""
        for row in rows:
            row.step, row.sequence = STEPS[State(row.state)], self.head.sequence + 1
            row.hash = chain.hash_of(row, self.head.hash)
            self.head.sequence, self.head.hash = row.sequence, row.hash
        self._rows.extend(rows)

    def once(self, what: Hashable, ask: Callable[[], T]) -> T:
        """What those who are served together would all ask, asked once: only what no work within a turn changes."""
        if what not in self._told:
            self._told[what] = ask()
        return self._told[what]  # type: ignore[no-any-return]

    def write(self) -> None:
        """Whoever reads the log within a turn calls this first."""
        if self._rows:
            _ROWS.add(self._rows)
            _HEADS.set(self.head, "sequence", "hash")
            self._rows = []


_HEAD = Question(lambda building: LogHead.objects.select_for_update().filter(building=building))


def _head(building: str) -> LogHead:
    if head := _HEAD.first(building):
        return head
    LogHead.objects.get_or_create(building=building)
    return _HEAD.all(building)[0]


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    work: Callable[[Turn], T]
    is_over: bool = False
    result: T | None = None
    error: BaseException | None = None

    def end(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # it is over, so there is one


@dataclass(slots=True)
class _Queue:
    lock: Lock = field(default_factory=Lock)
    waiting: deque[_Waiting[Any]] = field(default_factory=deque)

    def all_with(self, mine: _Waiting[Any]) -> list[_Waiting[Any]]:
        """Everybody who waits, in their order. Whoever asks is not among them when a leader was cut off before."""
        served = [self.waiting.popleft() for _ in range(len(self.waiting))]
        return served if mine in served else [mine, *served]


_queues: defaultdict[str, _Queue] = defaultdict(_Queue)


def in_turn(building: str, work: Callable[[Turn], T]) -> T:
    """What `work` gives, once that is committed.

    It may run on another thread, and a second time after everything of the first was undone: it does nothing but
    ask and write the database. Durable: inside somebody else's transaction a row could vanish after a door has moved.
    """
    queue, mine = _queues[building], _Waiting(work)
    queue.waiting.append(mine)
    with queue.lock:
        if not mine.is_over:
            _serve(building, queue.all_with(mine))
    return mine.end()


def _serve(building: str, served: list[_Waiting[Any]]) -> None:
    """All of them as one. When anything goes wrong, each by itself: nobody fails by another one's fault."""
    try:
        with transaction.atomic(durable=True):
            turn = Turn(building)
            for one in served:
                one.result = one.work(turn)
            turn.write()
    except Exception as error:  # noqa: BLE001 it is whose work it was who gets it
        if len(served) > 1:
            for one in served:
                _serve(building, [one])
            return
        served[0].error = error
    except BaseException as error:
        for one in served:
            one.error, one.is_over = error, True
        raise
    for one in served:
        one.is_over = True
