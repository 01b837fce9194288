"""Which shape reads which recorded answer."""

from collections.abc import Iterator
from typing import Any

from visitor_portal.public_access.wire import (
    BackendStatus,
    ErrorBody,
    ExecutedInvite,
    Invite,
    InviteLocale,
    InviteSession,
    OtpChallenge,
    Portal,
    Reachable,
    Renewal,
    Session,
    StartedSession,
    Streams,
    Targets,
)

from .conftest import ANSWERS, recorded

SHAPES: dict[str, Any] = {
    "error": ErrorBody,
    "execute": ExecutedInvite,
    "invite": Invite,
    "invite_session": InviteSession,
    "locale": InviteLocale,
    "otp": OtpChallenge,
    "portal": Portal,
    "reachable": Reachable,
    "renewal": Renewal,
    "session": Session,
    "started_session": StartedSession,
    "status": BackendStatus,
    "streams": Streams,
    "targets": Targets,
}
RECORDED = sorted((path.parent.name, path.stem) for path in ANSWERS.glob("*/*.json"))

Path = tuple[str | int, ...]


def read(generation: str, name: str) -> Any:
    return SHAPES[name].from_json(recorded(generation, name))


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """The way to every member of an answer, at any depth."""
    items = enumerate(value) if isinstance(value, list) else ()
    for key, child in value.items() if isinstance(value, dict) else items:
        yield (*here, key)
        yield from paths(child, (*here, key))
