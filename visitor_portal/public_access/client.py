"""The public access API: one method for each operation."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, Unpack

import httpx

from .answers import value
from .errors import BadAnswer
from .line import Line
from .opens import executed, opened
from .requests import INVITE_COOKIE, Visitor, is_id
from .transport import Answer
from .wire.device_requests import DeviceRequest
from .wire.invites import ExecutedInvite, Invite, InviteLocale, InviteSession, OtpChallenge, Renewal
from .wire.openings import Opened, Opening
from .wire.portals import Portal, Reachable, ScanProof, Targets
from .wire.readers import members
from .wire.residents import Resident
from .wire.sessions import Session, StartedSession, Streams
from .wire.status import BackendStatus

MOST_PHOTO_BYTES = 2 * 1024 * 1024
MOST_TARGET_BYTES = 2 * 1024 * 1024  # thousands of entries

_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


class Photo(NamedTuple):
    content: bytes
    content_type: str


class PublicAccess:
    """`opens` is a second client, so that waiting reads can never keep a door shut; `key` goes to no other
    origin than that of `base_url`, the address up to and including `/api/v1`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        key: str | None = None,
        opens: httpx.AsyncClient | None = None,
        read_deadline: float = 4.0,
        open_deadline: float = 8.0,
    ) -> None:
        self._line = Line(http, base_url, key, read_deadline)
        self._door = Line(opens or http, base_url, key, open_deadline)

    # --- invites ---

    async def get_invite(self, invite_token: str, *, device_id: str | None = None, **who: Unpack[Visitor]) -> Invite:
        query = {"device_id": device_id} if device_id and is_id(device_id) else None
        return Invite.from_json(value(await self._line.get("invites", invite_token, who=who, query=query)))

    async def get_invite_photo(self, invite_token: str, **who: Unpack[Visitor]) -> Photo:
        return _photo(await self._line.get("invites", invite_token, "photo", who=who, most=MOST_PHOTO_BYTES))

    async def get_invite_locale(self, invite_token: str, **who: Unpack[Visitor]) -> InviteLocale:
        answer = await self._line.get("invites", invite_token, "locale", who=who, additive=True)
        return InviteLocale.from_json(value(answer))

    async def claim_invite(self, invite_token: str, **who: Unpack[Visitor]) -> None:
        await self._line.post("invites", invite_token, "claim", who=who)

    async def start_invite_session(self, invite_token: str, **who: Unpack[Visitor]) -> InviteSession:
        return _invite_session(await self._line.post("invites", invite_token, "session", who=who))

    async def ask_invite_device(self, invite_token: str, **who: Unpack[Visitor]) -> InviteSession:
        """Ask the host to let this phone onto a full invite (additive)."""
        return _invite_session(await self._line.post("invites", invite_token, "ask", who=who, additive=True))

    async def start_invite_otp(
        self, invite_token: str, *, channel: str | None = None, **who: Unpack[Visitor]
    ) -> OtpChallenge:
        body = {"channel": channel}
        answer = await self._line.post("invites", invite_token, "otp", "start", who=who, body=body)
        return OtpChallenge.from_json(value(answer))

    async def execute_invite(
        self,
        invite_token: str,
        *,
        grant_id: str,
        pin: str | None = None,
        otp_challenge_id: str | None = None,
        otp_code: str | None = None,
        idempotency_key: str | None = None,
        **who: Unpack[Visitor],
    ) -> ExecutedInvite:
        body = {
            "grant_id": grant_id,
            "pin": pin,
            "otp_challenge_id": otp_challenge_id,
            "otp_code": otp_code,
        }
        parts = ("invites", invite_token, "execute")
        answer = await self._door.open(*parts, who=who, key=idempotency_key, body=body)
        return replace(executed(answer), invite_id=_invite_cookie(answer))

    async def get_invite_opening(self, invite_token: str, *, idempotency_key: str, **who: Unpack[Visitor]) -> Opening:
        """What became of the opening with this key, and what was seen of the door since (additive)."""
        parts = ("invites", invite_token, "opening")
        answer = await self._line.get(*parts, who=who, key=idempotency_key, additive=True)
        return Opening.from_json(members(value(answer)))

    async def request_invite_renewal(
        self, invite_token: str, *, note: str | None = None, **who: Unpack[Visitor]
    ) -> Renewal:
        answer = await self._line.post("invites", invite_token, "renewal", who=who, body={"note": note})
        return Renewal.from_json(value(answer))

    # --- portals ---

    async def get_portal(self, portal_id: str, **who: Unpack[Visitor]) -> Portal:
        return Portal.from_json(value(await self._line.get("portals", portal_id, who=who)))

    async def get_portal_targets(self, portal_id: str, *, q: str | None = None, **who: Unpack[Visitor]) -> Targets:
        """`q` finds entries that a building lists only for those who know them (additive)."""
        query = {"q": q} if q else None
        return Targets.from_json(
            value(await self._line.get("portals", portal_id, "targets", who=who, query=query, most=MOST_TARGET_BYTES))
        )

    async def get_portal_reachable(self, portal_id: str, **who: Unpack[Visitor]) -> Reachable:
        return Reachable.from_json(value(await self._line.get("portals", portal_id, "reachable", who=who)))

    async def start_portal_session(
        self, portal_id: str, *, target_id: str, mode: str, **who: Unpack[Visitor]
    ) -> StartedSession:
        body = {"target_entity_id": target_id, "mode": mode}
        return StartedSession.from_json(
            value(await self._line.post("portals", portal_id, "sessions", who=who, body=body))
        )

    async def open_portal(
        self, portal_id: str, *, idempotency_key: str | None = None, **who: Unpack[Visitor]
    ) -> Opened:
        return opened(await self._door.open("portals", portal_id, "open", who=who, key=idempotency_key))

    async def scan_portal(self, portal_id: str, **who: Unpack[Visitor]) -> ScanProof:
        answer = await self._line.get("portals", portal_id, "scan", who=who, additive=True)
        return ScanProof.from_json(value(answer))

    async def set_portal_lights(self, portal_id: str, **who: Unpack[Visitor]) -> None:
        await self._line.post("portals", portal_id, "lights", who=who)

    # --- sessions: `token` is the caller's or the callee's secret ---

    async def get_session(self, session_id: str, *, token: str, correlation_id: str | None = None) -> Session:
        who = _holder(token, correlation_id)
        return Session.from_json(value(await self._line.get("sessions", session_id, who=who)))

    async def get_session_streams(self, session_id: str, *, token: str, correlation_id: str | None = None) -> Streams:
        who = _holder(token, correlation_id)
        return Streams.from_json(value(await self._line.get("sessions", session_id, "streams", who=who)))

    async def answer_session(self, session_id: str, *, token: str, correlation_id: str | None = None) -> Session:
        who = _holder(token, correlation_id)
        answer = await self._line.post("sessions", session_id, "answer", who=who, additive=True)
        return Session.from_json(value(answer))

    async def open_session(
        self,
        session_id: str,
        *,
        token: str,
        idempotency_key: str | None = None,
        correlation_id: str | None = None,
    ) -> Opened:
        who = _holder(token, correlation_id)
        return opened(await self._door.open("sessions", session_id, "open", who=who, key=idempotency_key))

    async def cancel_session(self, session_id: str, *, token: str, correlation_id: str | None = None) -> None:
        who = _holder(token, correlation_id)
        await self._line.post("sessions", session_id, "cancel", who=who, body=None)

    async def decline_session(self, session_id: str, *, token: str, correlation_id: str | None = None) -> None:
        who = _holder(token, correlation_id)
        await self._line.post("sessions", session_id, "decline", who=who, body=None)

    async def set_session_lights(self, session_id: str, *, token: str, correlation_id: str | None = None) -> None:
        await self._line.post("sessions", session_id, "lights", who=_holder(token, correlation_id))

    async def notify_session(
        self,
        session_id: str,
        *,
        token: str,
        text: str,
        phrase: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        """`phrase` is additive, and the body closed: only for a building that says in the session's `writing` that
        it takes phrases."""
        who, body = _holder(token, correlation_id), {"text": text, "phrase": phrase}
        await self._line.post("sessions", session_id, "notify-message", who=who, body=body)

    async def reply_session(
        self,
        session_id: str,
        *,
        token: str,
        text: str | None = None,
        phrase: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        who, body = _holder(token, correlation_id), {"text": text, "phrase": phrase}
        await self._line.post("sessions", session_id, "reply", who=who, body=body, additive=True)

    async def receipt_session(
        self, session_id: str, *, token: str, stage: str, correlation_id: str | None = None
    ) -> None:
        who, body = _holder(token, correlation_id), {"stage": stage}
        await self._line.post("sessions", session_id, "receipt", who=who, body=body, additive=True)

    # --- what hosts are asked: `request_token` is in their e-mail ---

    async def get_device_request(self, request_token: str, *, correlation_id: str | None = None) -> DeviceRequest:
        who = Visitor(correlation_id=correlation_id)
        answer = await self._line.get("device-requests", request_token, who=who, additive=True)
        return DeviceRequest.from_json(value(answer))

    async def answer_device_request(
        self, request_token: str, *, allow: bool, correlation_id: str | None = None
    ) -> DeviceRequest:
        who, body = Visitor(correlation_id=correlation_id), {"allow": allow}
        answer = await self._line.post("device-requests", request_token, "answer", who=who, body=body, additive=True)
        return DeviceRequest.from_json(value(answer))

    # --- and the rest ---

    async def get_resident(self, *, key: str, correlation_id: str | None = None) -> Resident:
        who = _holder(key, correlation_id)
        return Resident.from_json(value(await self._line.get("resident", who=who, additive=True)))

    async def get_status(self, *, correlation_id: str | None = None) -> BackendStatus:
        who = Visitor(correlation_id=correlation_id)
        return BackendStatus.from_json(value(await self._line.get("status", who=who, root=())))


def _holder(token: str, correlation_id: str | None) -> Visitor:
    return Visitor(token=token, correlation_id=correlation_id)


def _photo(answer: Answer) -> Photo:
    """The type is read from the picture: no declared one can be relied on, and our own host passes it on."""
    kind = next((kind for magic, kind in _PICTURES.items() if answer.body.startswith(magic)), None)
    if kind is None:
        raise BadAnswer(answer.flaw or "not a picture")
    return Photo(answer.body, kind)


def _invite_session(answer: Answer) -> InviteSession:
    session = InviteSession.from_json(value(answer)) if answer.body or answer.flaw else InviteSession(ok=True)
    return session if session.invite_id else replace(session, invite_id=_invite_cookie(answer))


def _invite_cookie(answer: Answer) -> str | None:
    for header in answer.headers.get_list("Set-Cookie"):
        name, _, rest = header.partition("=")
        invite_id = rest.partition(";")[0].strip()
        if name.strip() == INVITE_COOKIE and is_id(invite_id):
            return invite_id
    return None
