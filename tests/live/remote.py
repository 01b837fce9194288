"""A building somewhere else, as far as the wire shows it: one session that changes when a test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from visitor_portal import upstream
from visitor_portal.roles import Role

SESSION = "01JABCDEFGHJKMNPQRSTVWXYZ0"
CALLER, CALLEE = Role("caller", SESSION, "caller-secret"), Role("callee", SESSION, "callee-secret")


class Remote(httpx.AsyncBaseTransport):
    def __init__(self) -> None:
        self.state, self.expires_at = "ringing", datetime.now(UTC) + timedelta(minutes=1)
        self.more: dict[str, Any] = {}
        self.own: dict[str, dict[str, Any]] = {}  # what only the holder of this secret reads
        self.failing = 0  # a status to answer instead; -1: the line breaks
        self.headers: dict[str, str] = {}
        self.refused: set[str] = set()  # secrets
        self.asked: list[tuple[str, str]] = []  # the path's last part, the secret
        self.at: list[float] = []
        self.under_way = self.most_under_way = 0
        self.slow = asyncio.Event()
        self.slow.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        secret = request.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append((request.url.path.rpartition("/")[2], secret))
        self.at.append(asyncio.get_running_loop().time())
        body = self._body(secret)
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            await self.slow.wait()
        finally:
            self.under_way -= 1
        if self.failing == -1:
            raise httpx.ConnectError("refused")
        if secret in self.refused:
            return httpx.Response(403, json={"error_code": "invalid_token"})
        return httpx.Response(self.failing or 200, json=body, headers=self.headers)

    def _body(self, secret: str) -> dict[str, Any]:
        """As it is when it is asked, however late it is told."""
        now = datetime.now(UTC)
        body = {"session_id": SESSION, "state": self.state, "role": secret.partition("-")[0], "now": now.isoformat()}
        return (
            body
            | {"expires_at": self.expires_at.isoformat(), "device_ids": ["front"]}
            | self.more
            | self.own.get(secret, {})
        )

    @property
    def reads(self) -> int:
        return sum(name == SESSION for name, _ in self.asked)


@asynccontextmanager
async def remote(building: Remote | None = None) -> AsyncIterator[Remote]:
    """Reached by this transport, at an address of its own."""
    before, settings.PUBLIC_ACCESS_URL = settings.PUBLIC_ACCESS_URL, "https://building.example.com/api/v1"
    building = building or Remote()
    try:
        with upstream.through(building):
            yield building
    finally:
        settings.PUBLIC_ACCESS_URL = before
