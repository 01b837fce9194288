"""Real threads that start at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

from visitor_portal.building.refusals import Refusal

T = TypeVar("T")


def together(*calls: Callable[[], T]) -> list[T | Refusal]:
    """Run all of them at once, each on a thread and a database connection of its own. Refusals are results."""
    start = Barrier(len(calls), timeout=20)

    def run(call: Callable[[], T]) -> T | Refusal:
        try:
            start.wait()
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def elsewhere(call: Callable[[], T]) -> T:
    """Run it on another connection: what that one sees is committed."""
    (result,) = together(call)
    if isinstance(result, Refusal):
        raise result
    return result
