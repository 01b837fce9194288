"""Signing in to an Entryfy account: a kept token, else a renewed one, else one login. Never a second try."""

import logging
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import grpc

from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2 as wire
from visitor_portal.building.accesses.generated import entryfy_account_v1_pb2_grpc as services

from .entryfy_channel import connected
from .entryfy_tokens import Kept, Tokens
from .outside import Deadline

REST_SECONDS = 60.0  # after a login that was refused: whoever hammers an account locks it
_NOT_WITH_THESE = frozenset(
    {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT}
)

logger = logging.getLogger(__name__)
_resting: dict[str, float] = {}  # logins that were refused, until when they are left alone


class LoginRefused(Exception):
    """The account does not take this name and password, or did not a moment ago."""


class Account:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._kept = Kept(settings["account"], settings["username"])

    def tokens(self, deadline: Deadline, *, refused: str = "") -> Tokens:
        """Those that hold, renewed where they must be. `refused`: a token that was not taken a moment ago."""
        tokens = self._kept.read()
        if _good(tokens, refused):
            return tokens
        with self._kept.alone(deadline):
            tokens = self._kept.read()  # somebody else may have renewed them meanwhile
            return tokens if _good(tokens, refused) else self._renewed(tokens, refused, deadline)

    def _renewed(self, tokens: Tokens, refused: str, deadline: Deadline) -> Tokens:
        try:
            with connected(self._settings["account"], tls=self._settings["tls"], deadline=deadline) as channel:
                sessions = services.SessionsServiceStub(channel)
                answer = _reissued(sessions, tokens, deadline) or self._logged_in(sessions, tokens, deadline)
        except (OSError, grpc.RpcError):
            if tokens.holds and tokens.auth != refused:  # it was early; there is time to try again
                return tokens
            raise
        tokens = tokens.renewed(answer.auth_token, answer.reissue_token, answer.exp)
        self._kept.write(tokens)
        return tokens

    def _logged_in(self, sessions: Any, tokens: Tokens, deadline: Deadline) -> Any:
        username, password = self._settings["username"], self._settings["password"]
        login = sha256(f"{self._kept.path.name}\n{password}".encode()).hexdigest()
        if _resting.get(login, 0) > time.monotonic():
            raise LoginRefused
        request = wire.CreateSessionRequest(username=username, password=password, device_uuid=tokens.device_uuid)
        self._kept.write(tokens)  # a device that logged in is the one that logs in again
        try:
            return sessions.CreateSession(request, timeout=deadline.left())
        except grpc.RpcError as error:
            if error.code() not in _NOT_WITH_THESE:
                raise
            _resting[login] = time.monotonic() + REST_SECONDS
            logger.warning("An Entryfy account does not take its name and password: its doors stay shut from here.")
            raise LoginRefused from None


def _good(tokens: Tokens, refused: str) -> bool:
    return tokens.holds and not tokens.is_late and tokens.auth != refused


def _reissued(sessions: Any, tokens: Tokens, deadline: Deadline) -> Any:
    """None where that is not possible any more, and only a login helps."""
    if not tokens.reissue:
        return None
    try:
        return sessions.ReissueSession(
            wire.ReissueSessionRequest(reissue_token=tokens.reissue), timeout=deadline.left()
        )
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            raise
        return None
