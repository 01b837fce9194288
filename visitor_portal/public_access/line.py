"""The way to one building: where it is, how it knows us, and how long we wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

from . import retries
from .answers import accepted
from .requests import Visitor, address, check, encoded, identity, once
from .transport import MOST_BYTES, Answer, exchange, patience

Body = Mapping[str, str | bool | None]

# What routes that declare no body are sent by clients in the field, and so are known to accept.
EMPTY: Body = {}
_PUBLIC = ("public", "access")


class Line:
    def __init__(self, http: httpx.AsyncClient, base_url: str, key: str | None, seconds: float) -> None:
        self._http = http
        self._base = httpx.URL(base_url)
        self._seconds = seconds
        self._headers = {"Accept": "application/json, image/*", "Accept-Encoding": "gzip"}
        if key:
            self._headers["X-API-Key"] = key

    async def get(
        self,
        *parts: str,
        who: Visitor,
        query: Mapping[str, str] | None = None,
        most: int = MOST_BYTES,
        root: tuple[str, ...] = _PUBLIC,
        additive: bool = False,
        key: str | None = None,
    ) -> Answer:
        headers = identity(who) | ({} if key is None else {"Idempotency-Key": once(key)})
        request = self._request("GET", address(self._base, root + parts, query), headers, patience())
        answer = await retries.read(self._http, request, until=self._until(), most=most)
        return accepted(answer, additive=additive)

    async def post(self, *parts: str, who: Visitor, body: Body | None = EMPTY, additive: bool = False) -> Answer:
        return accepted(await self._post(parts, identity(who), patience(), body), additive=additive)

    async def open(self, *parts: str, who: Visitor, key: str | None, body: Body = EMPTY) -> Answer:
        """A post that waits for its answer as long as there is time: a slow door is still a door."""
        headers = identity(who) | ({} if key is None else {"Idempotency-Key": once(key)})
        return accepted(await self._post(parts, headers, patience(read=self._seconds), body))

    async def _post(
        self, parts: tuple[str, ...], headers: dict[str, str], timeout: httpx.Timeout, body: Body | None
    ) -> Answer:
        request = self._request("POST", address(self._base, _PUBLIC + parts), headers, timeout, body)
        return await exchange(self._http, request, until=self._until(), most=MOST_BYTES)

    def _request(
        self,
        method: str,
        url: httpx.URL,
        headers: dict[str, str],
        timeout: httpx.Timeout,
        body: Body | None = None,
    ) -> httpx.Request:
        headers = self._headers | headers
        content = None if body is None else encoded(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(method, url, headers=headers, content=content, timeout=timeout)
        check(request, url)
        return request

    def _until(self) -> float:
        return asyncio.get_running_loop().time() + self._seconds
