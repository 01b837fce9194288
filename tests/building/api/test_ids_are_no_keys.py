"""Whatever can be read in an answer, secrets apart, opens nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.building.conftest import attempts, pulses
from visitor_portal.building.models import Light

SECRETS = ("caller_token", "callee_token")
KINDS = ("", "caller_", "callee_", "resident_")


def texts(answer: Any, name: str = "") -> Iterator[str]:
    """Every text and every name of a member, at any depth; not the secrets."""
    if isinstance(answer, dict):
        yield from answer
        for key, value in answer.items():
            yield from texts(value, key)
    elif isinstance(answer, list):
        for value in answer:
            yield from texts(value, name)
    elif name not in SECRETS and answer not in (None, ""):
        yield str(answer)


@pytest.fixture
def read(api, portal, entry, visit, alice, bob) -> set[str]:
    """All that anybody can read, of a visit on its way from the first ring to the open door."""
    ring = {"target_entity_id": entry.id, "mode": "video"}
    answers = [
        api.ok("get_portal", portal.public_id),
        api.ok("get_portal_targets", portal.public_id),
        api.ok("start_portal_session", portal.public_id, body=ring),
        api.ok("get_resident", token=alice.key),
    ]
    for operation in ("get_session", "answer_session", "open_session", "get_session"):
        for token in (visit.caller, visit.token(alice), visit.token(bob)):
            answers.append(api.send(operation, visit.id, token=token)[1])
    return {text for answer in answers for text in texts(answer)}


def test_reads_what_there_is_to_read(read, portal, entry, visit, alice):
    session = visit.session
    ids = {visit.id, portal.public_id, entry.id, alice.resident.id, session.caller_peer_id, session.callee_peer_id}
    assert ids <= read
    assert {"Alice", "confirmed", "answered_elsewhere"} <= read


def test_nothing_that_can_be_read_is_a_credential(api, portal, visit, read):
    log, moved = len(attempts()), pulses()
    for text in read:
        for prefix in KINDS if len(text) > 20 else ("",):
            token = (prefix + text).encode("ascii", "replace").decode()
            assert api.refused("get_session", visit.id, token=token) == (403, "wrong_role"), text
            assert api.refused("get_resident", token=token) == (401, "invalid_token"), text
            assert api.refused("set_portal_lights", portal.public_id, token=token) == (403, "wrong_role"), text
    assert (len(attempts()), pulses(), Light.objects.get().on_until) == (log, moved, None)
