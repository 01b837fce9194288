"""How each operation is asked, so that it does what it is for."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.test import Client

from .worlds import CODE, PIN, World

COOKIE = "oa_access_invite"
INVITE = "/public/access/invites/{inviteToken}"
PORTAL = "/public/access/portals/{publicPortalId}"
REQUEST = "/public/access/device-requests/{requestToken}"
SESSION = "/public/access/sessions/{sessionId}"
_client = Client(raise_request_exception=False)  # one for all: making one costs more than a request


@dataclass(frozen=True)
class Ask:
    """One request. `label` is its operation in the document, as `post /public/access/…`."""

    label: str
    ids: dict[str, str]
    bearer: str = ""
    cookie: str = ""
    scan: str = ""
    key: str = ""
    query: str = ""
    body: dict[str, Any] | None = None

    def but(self, **changes: Any) -> "Ask":
        return replace(self, **changes)

    @property
    def path(self) -> str:
        return "/api/v1" + self.label.split(" ")[1].format(**self.ids)

    def send(self, raw: bytes | None = None, *, path: str = "", **headers: str) -> HttpResponse:
        """Ask, with these bytes as the body if there are any."""
        sent = {"X-Scan-Proof": self.scan, "Idempotency-Key": self.key} | headers
        if self.bearer:
            sent["Authorization"] = f"Bearer {self.bearer}"
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        body = b"" if self.body is None else json.dumps(self.body).encode()
        content_type = sent.pop("Content-Type", "application/json")
        _client.cookies.clear()
        return _client.generic(  # type: ignore[return-value]
            self.label.split(" ")[0].upper(),
            (path or self.path) + self.query,
            data=body if raw is None else raw,
            content_type=content_type,
            headers={name: value for name, value in sent.items() if value},
        )


def asks(house: World) -> dict[str, Ask]:
    """Each operation in a way that succeeds, by its label in the document."""
    ringing, talking = house.visits["ringing"], house.visits["talking"]
    alice, free, pin = house.alice, house.invited["free"], house.invited["pin"]
    sign, link = {"publicPortalId": house.portal.public_id}, {"inviteToken": free.token}
    ring, talk = {"sessionId": ringing.id}, {"sessionId": talking.id}
    request = {"requestToken": house.request}
    all_of_them = (
        Ask("get /status", {}),
        Ask("get /public/access/resident", {}, alice.key),
        Ask(f"get {INVITE}", link),
        Ask(f"get {INVITE}/locale", link),
        Ask(f"get {INVITE}/photo", link),
        Ask(f"post {INVITE}/claim", link, alice.key),
        Ask(f"post {INVITE}/session", link),
        Ask(f"post {INVITE}/otp/start", {"inviteToken": house.invited["code"].token}, body={"channel": "email"}),
        Ask(f"post {INVITE}/ask", {"inviteToken": house.invited["full"].token}),
        Ask(f"get {INVITE}/opening", {"inviteToken": house.invited["revoked"].token}, key="refused"),
        Ask(f"get {REQUEST}", request),
        Ask(f"post {REQUEST}/answer", request, body={"allow": True}),
        Ask(
            f"post {INVITE}/execute",
            {"inviteToken": pin.token},
            cookie=pin.secret,
            key="tap",
            body={"grant_id": pin.grant, "pin": PIN, "otp_challenge_id": house.challenge, "otp_code": "123456"},
        ),
        Ask(f"post {INVITE}/renewal", {"inviteToken": house.invited["expired"].token}, body={"note": "One day more"}),
        Ask(f"get {PORTAL}", sign),
        Ask(f"get {PORTAL}/targets", sign),
        Ask(f"get {PORTAL}/reachable", sign),
        Ask(f"get {PORTAL}/scan", sign),
        Ask(f"post {PORTAL}/sessions", sign, body={"target_entity_id": house.entry.id, "mode": "video"}),
        Ask(f"post {PORTAL}/open", sign, alice.key, key="tap"),
        Ask(f"post {PORTAL}/lights", sign, alice.key),
        Ask(f"get {SESSION}", talk, talking.caller),
        Ask(f"get {SESSION}/streams", talk, talking.caller),
        Ask(f"post {SESSION}/answer", ring, ringing.token(alice)),
        Ask(f"post {SESSION}/open", talk, talking.token(alice), key="tap"),
        Ask(f"post {SESSION}/cancel", ring, ringing.caller),
        Ask(f"post {SESSION}/decline", ring, ringing.token(alice)),
        Ask(f"post {SESSION}/lights", talk, talking.token(alice)),
        Ask(f"post {SESSION}/notify-message", ring, ringing.caller, body={"text": "A parcel", "phrase": "delivery"}),
        Ask(f"post {SESSION}/reply", talk, talking.token(alice), body={"text": "Coming", "phrase": "coming"}),
        Ask(f"post {SESSION}/receipt", ring, ringing.token(alice), body={"stage": "shown"}),
    )
    return {ask.label: ask for ask in all_of_them}


def by_code(house: World) -> Ask:
    """Execute an invite that asks for a code."""
    code = house.invited["code"]
    body = {"grant_id": code.grant, "otp_challenge_id": house.challenge, "otp_code": CODE}
    return Ask(f"post {INVITE}/execute", {"inviteToken": code.token}, cookie=code.secret, body=body)
