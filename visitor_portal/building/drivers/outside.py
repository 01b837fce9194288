"""What drivers share about things outside: how long to wait for them, whom to trust, how to read their words."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any, Self, TypeVar

import httpx
from django import forms

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadline:
    at: float  # on the monotonic clock

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        return self.left() == 0


def within(seconds: float, call: Callable[[], T]) -> T:
    """The result of a call that has no deadline of its own, or TimeoutError.

    The call is then left behind in its thread, so it must do no harm when it ends late.
    """
    future: Future[T] = Future()
    Thread(target=_run, args=(call, future), daemon=True).start()
    try:
        return future.result(seconds)
    finally:
        del future  # an error that knows its future is a ring: what it left open would stay open with it


def _run(call: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(call())
    except Exception as error:  # noqa: BLE001 it is raised again where somebody waits for it
        future.set_exception(error)
    finally:
        del future


@cache
def trusted() -> ssl.SSLContext:
    """Certificates are always checked: by the public authorities, and by those this computer was told to trust."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def member(text: bytes, name: str) -> str | None:
    """A member of a JSON answer as text, by its dotted name (`relays.0.ison`); None when there is no such text."""
    try:
        value = json.loads(text)
        for part in name.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def same(said: str | None, expected: str) -> bool:
    """Case and outer spaces do not count: `True` in the settings is JSON's true, `Offline` is `offline`."""
    return said is not None and said.strip().casefold() == expected.strip().casefold()


class Settings(forms.Form):
    """A field left empty takes its initial value; so does one that did not exist yet when they were stored."""

    @classmethod
    def filled(cls, stored: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _or_initial(stored.get(name), field) for name, field in cls.base_fields.items()}

    def clean(self) -> dict[str, Any]:
        return self.filled(self.cleaned_data)


def _or_initial(value: Any, field: forms.Field) -> Any:
    if value not in (None, ""):
        return value
    return "" if field.initial is None else field.initial
