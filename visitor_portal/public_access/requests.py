"""From an operation to a request that goes where it was meant to, or to an error before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TypedDict
from urllib.parse import quote, urlencode

import httpx

from .errors import Denied, Invalid, NotFound

INVITE_COOKIE = "oa_access_invite"

_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_KEY = re.compile(r"[\x21-\x7e]{1,256}")
_SECRET = re.compile(r"[\x21-\x7e]{1,4096}")


class Visitor(TypedDict, total=False):
    """Who asks, as far as the portal knows. All of it is optional, and none of it travels in an address."""

    token: str | None
    guest_id: str | None
    invite_id: str | None
    scan_proof: str | None
    device_key: str | None  # public, to be bound (additive)
    device_proof: str | None  # the signature of the key that was bound (additive)
    correlation_id: str | None


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def address(base: httpx.URL, parts: tuple[str, ...], query: Mapping[str, str] | None = None) -> httpx.URL:
    if not all(is_id(part) for part in parts):
        raise NotFound(404, "not_found")
    path = base.raw_path.decode().rstrip("/") + "".join(f"/{quote(part, safe='')}" for part in parts)
    return base.copy_with(raw_path=(f"{path}?{urlencode(query)}" if query else path).encode())


def check(request: httpx.Request, url: httpx.URL) -> None:
    """The client merges and normalises addresses; the result must still be the one that was asked for."""
    if (request.url.netloc, request.url.raw_path) != (url.netloc, url.raw_path):
        raise NotFound(404, "not_found")


def authority(token: str) -> str:
    if not _SECRET.fullmatch(token):
        raise Denied(401, "invalid_token")
    return f"Bearer {token}"


def once(key: str) -> str:
    # Never left out quietly: without it a repeated request is a second pulse to the door.
    if not _KEY.fullmatch(key):
        raise Invalid(400, "invalid_request")
    return key


def identity(who: Visitor) -> dict[str, str]:
    """Headers for who asks. What cannot be sent is left out: it would only have added to what is allowed."""
    headers = {}
    if (token := who.get("token")) is not None:
        headers["Authorization"] = authority(token)
    if (guest_id := who.get("guest_id")) and is_id(guest_id):
        headers["X-Guest-Id"] = guest_id
    if (invite_id := who.get("invite_id")) and is_id(invite_id):
        headers["Cookie"] = f"{INVITE_COOKIE}={invite_id}"
    if (proof := who.get("scan_proof")) and _SECRET.fullmatch(proof):
        headers["X-Scan-Proof"] = proof
    if (key := who.get("device_key")) and is_id(key):
        headers["X-Device-Key"] = key
    if (signature := who.get("device_proof")) and _SECRET.fullmatch(signature):
        headers["X-Device-Proof"] = signature
    if (correlation_id := who.get("correlation_id")) and is_id(correlation_id):
        headers["X-Correlation-Id"] = correlation_id
    return headers


def encoded(body: Mapping[str, str | bool | None]) -> bytes:
    """The API's bodies are closed: a member without a value is left out and not sent as null."""
    return json.dumps({key: value for key, value in body.items() if value is not None}).encode()
