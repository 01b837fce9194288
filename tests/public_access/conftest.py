import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from visitor_portal.public_access import PublicAccess, new_http

ANSWERS = Path(__file__).parent / "answers"
BASE = "https://building.example/api/v1"


def recorded(generation: str, name: str) -> object:
    return json.loads((ANSWERS / generation / f"{name}.json").read_text())


class Upstream:
    """A building that gives the same answer to everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda request: httpx.Response(200, json={})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)

    def says(self, status: int = 200, **kwargs) -> "Upstream":
        self.answer = lambda request: httpx.Response(status, **kwargs)
        return self

    def fails(self, error: Exception) -> "Upstream":
        def fail(request: httpx.Request) -> httpx.Response:
            raise error

        self.answer = fail
        return self

    def client(self, **kwargs) -> PublicAccess:
        return PublicAccess(new_http(httpx.MockTransport(self)), base_url=BASE, **kwargs)

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def client(upstream: Upstream) -> PublicAccess:
    return upstream.client()
