"""Settings of a portal that dies where a request tells it to: at once, by SIGKILL, as in a power cut.

A request names the place in X-Die-At. Nothing of the portal is changed for that: who dies is the database connection,
the lock, or whoever hands the answer over.
"""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from asgiref.sync import iscoroutinefunction
from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.decorators import sync_and_async_middleware

from visitor_portal.settings import *  # noqa: F403
from visitor_portal.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.mortal.Mortality"]
MIDDLEWARE = ["tests.faults.mortal.told_where", *MIDDLEWARE]
LEDGER, LOG, VISIT = '"openings_opening"', '"building_accesslog"', '"building_session"'
STATEMENTS = {  # what is written: by the table, and by the first of these words among the statement's values
    ("INSERT", LEDGER, "requested"): "the page's request",
    ("UPDATE", LEDGER, "sent"): "the page's sending",
    ("UPDATE", LEDGER, "confirmed"): "the page's end",
    ("UPDATE", VISIT, "active"): "the call's answer",
    ("INSERT", LOG, "requested"): "the decision",
    ("INSERT", LOG, "confirmed"): "the end",
    ("UPDATE", VISIT, "accepted"): "the visit's end",
}
WORDS = {word for _, _, word in STATEMENTS}
_at = ""


def die(at: str) -> None:
    if at == _at:
        os.kill(os.getpid(), signal.SIGKILL)


def _what(sql: str, params: Any, many: bool) -> str:
    values = [str(value) for row in (params or ()) for value in (row if many else (row,))]
    first = next((value for value in values if value in WORDS), "")
    for (verb, table, word), name in STATEMENTS.items():
        if word == first and sql.startswith(verb) and table in sql:
            return name
    return ""


def _written(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Around each statement: the places before it, after it, and after it was committed.

    Where it is a transaction of its own, the latter two are one.
    """
    what = _what(sql, params, many)
    die(f"before {what}")
    result = execute(sql, params, many, context)
    if what:
        die(f"within {what}")
        context["connection"].on_commit(lambda: die(f"after {what}"))
    return result


@sync_and_async_middleware
def told_where(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def before(request: Any) -> bool:
        global _at
        _at = request.headers.get("X-Die-At", _at)
        return "X-Die-At" in request.headers

    def after(request: Any, response: Any, is_told: bool) -> Any:
        if request.path.endswith("/open"):
            die("before the answer" if is_told else "before the building's answer")
        return response

    if iscoroutinefunction(get_response):

        async def awaited(request: Any) -> Any:
            is_told = before(request)
            return after(request, await get_response(request), is_told)

        return awaited

    def called(request: Any) -> Any:
        is_told = before(request)
        return after(request, get_response(request), is_told)

    return called


class Mortality(AppConfig):
    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        from visitor_portal.building.drivers import DRIVERS
        from visitor_portal.building.drivers.simulated import Simulated

        class MortalLock(Simulated):
            def open(self, *args: Any, **options: Any) -> Any:
                die("before the pulse")
                outcome = super().open(*args, **options)
                die("after the pulse")
                return outcome

        DRIVERS["simulated"] = MortalLock()
        connection_created.connect(_watch, weak=False)
        if ahead := os.environ.get("SECONDS_AHEAD"):
            time_machine.travel(datetime.now(UTC) + timedelta(seconds=int(ahead))).start()


def _watch(connection: Any, **_: Any) -> None:
    if _written not in connection.execute_wrappers:
        connection.execute_wrappers.append(_written)
