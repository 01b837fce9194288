"""Real ids and secrets, laid beside the made-up ones of a generated request."""

from typing import Any

from hypothesis import strategies as st
from schemathesis import Case

from .asks import COOKIE, Ask
from .worlds import PIN, World

# What every client on the way lets through in a header
WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)
TOKENS = st.text(st.characters(min_codepoint=0x30, max_codepoint=0x7A), min_size=1, max_size=40)
MOSTLY = st.sampled_from((True, True, True, False))


def as_it_should_be(operation: Any, ask: Ask) -> Case:
    """A request that does what the operation is for."""
    headers = {"Authorization": f"Bearer {ask.bearer}", "Idempotency-Key": ask.key, "X-Scan-Proof": ask.scan}
    body: dict[str, Any] = {} if ask.body is None else {"body": ask.body, "media_type": "application/json"}
    return operation.Case(  # type: ignore[no-any-return]
        path_parameters=ask.ids,
        headers={name: value for name, value in headers.items() if value != "Bearer " and value},
        cookies={COOKIE: ask.cookie} if ask.cookie else {},
        **body,
    )


def offer(case: Case, house: World, draw: Any) -> None:
    """Put what is real in place of some of it. What the request was meant to violate stays violated."""
    whose = ""
    for name in case.path_parameters:
        if draw(MOSTLY):
            whose, real = draw(st.sampled_from(_named(name, house)))
            case.path_parameters = case.path_parameters | {name: real}
    if isinstance(case.body, dict):
        _fill(case, house, whose, draw)
    secrets = house.secrets()
    own = [secret for who, secret in secrets.items() if who.startswith(whose or "alice")]
    bearers = st.sampled_from(own) | st.sampled_from([house.alice.key, *secrets.values()])
    headers = {
        "Authorization": bearers.map("Bearer {}".format),
        "Idempotency-Key": st.sampled_from(("tap", f"{house.name} opened")),
        "X-Scan-Proof": st.just(house.scan()),
        "X-Guest-Id": st.sampled_from(("phone", "phone-two")),
        "X-Correlation-Id": WORDS,
    }
    for name, real in headers.items():
        if draw(MOSTLY):
            case.headers[name] = draw(real if draw(MOSTLY) else WORDS)
    if draw(st.booleans()):
        case.cookies = case.cookies | {COOKIE: draw(st.sampled_from(own) if draw(MOSTLY) else TOKENS)}


def _named(parameter: str, house: World) -> list[tuple[str, str]]:
    """What may stand in this place of an address, and whose secrets go with it."""
    if parameter == "sessionId":
        return [(way, visit.id) for way, visit in house.visits.items()]
    if parameter == "requestToken":
        return [("full", house.request)]
    if parameter == "inviteToken":
        return [(kind, invited.token) for kind, invited in house.invited.items()]
    return [("alice", house.portal.public_id), ("free", house.portal.public_id), ("", house.retired.public_id)]


def _fill(case: Case, house: World, whose: str, draw: Any) -> None:
    """Members that name something are often given its real name."""
    invited = house.invited.get(whose, house.invited["free"])
    real = {
        "target_entity_id": [house.entry.id],
        "mode": ["voice", "video", "message", "Video"],
        "text": ["I am at the door", "\u202eelif.exe"],
        "phrase": ["coming"],
        "grant_id": [invited.grant],
        "pin": [PIN, "000000"],
        "otp_challenge_id": [house.challenge],
        "channel": ["email", "sms"],
        "note": ["One day more"],
    }
    body: Any = case.body
    for name in sorted(set(body) & set(real)):
        if isinstance(body[name], str) and draw(MOSTLY):
            body = {**body, name: draw(st.sampled_from(real[name]))}
    case.body = body
