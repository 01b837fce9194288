"""Two whole buildings: what names or proves something in one is worth nothing in the other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse

from tests.building.conftest import pulses
from tests.thorough import rather
from visitor_portal.building.models import AccessLog

from .asks import INVITE, PORTAL, Ask, asks, by_code
from .worlds import QUICK, World, rows, undone, world

REFUSED = (401, 403, 404, 405, 410)  # 405 where an id that no id looks like leads nowhere
OWN = "get /public/access/resident"  # answers whoever asks with what is theirs, in either building
PUBLIC = [f"get {PORTAL}{what}" for what in ("", "/targets", "/reachable", "/scan")]  # for whoever sees the sign
NEW_EACH_TIME = (
    *("session_id", "caller_token", "caller_peer_id", "callee_peer_id", "expires_at", "correlationId"),
    *("scan_proof", "challenge_id", "guest_id", "invite_id", "answered_at"),
)


@pytest.fixture
def here(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = QUICK
    return world("Harbour House")


@pytest.fixture
def there(here: World) -> World:
    return world("Quay House")


@pytest.fixture(autouse=True)
def nothing_moves(here: World, there: World) -> Iterator[None]:
    """Whatever was tried: no row is another one afterwards, no door was asked."""
    before, moved, sent = rows(), pulses(), AccessLog.objects.filter(state="sent").count()
    yield
    assert rows() == before
    assert (pulses(), AccessLog.objects.filter(state="sent").count()) == (moved, sent)


def in_each_slot(ask: Ask, secret: str) -> Iterator[Ask]:
    """The same request with this in every place where something can be proved."""
    bare = ask.but(bearer="", cookie="", scan="")
    yield bare.but(bearer=secret)
    yield bare.but(query=f"?token={secret}")
    yield bare.but(cookie=secret)
    yield bare.but(scan=secret)


def stable(answer: HttpResponse) -> Any:
    """What is said, without what differs from one answer to the next."""
    if answer["Content-Type"] != "application/json":
        return answer.content
    said = json.loads(answer.content)
    if "opening" in said:
        del said["opening"]["milliseconds"]
    # Whoever is a resident somewhere is told that it was not they who claimed this invite.
    assert not said.pop("already_claimed", False)
    return {name: value for name, value in said.items() if name not in NEW_EACH_TIME}


def same(ask: Ask, said: Any) -> bool:
    with undone():
        return bool(stable(ask.send()) == said)


@pytest.mark.timeout(300)
def test_a_secret_of_the_other_building_is_as_good_as_none(here: World, there: World) -> None:
    step = rather(3, 1)  # each secret at every third operation, or at every one
    for turn, (label, ask) in enumerate(asks(here).items()):
        with undone():
            nobody = ask.but(bearer="", cookie="").send()
        for who, secret in list(there.secrets().items())[turn % step :: step] if label != OWN else ():
            for slot in in_each_slot(ask, secret):
                if nobody.status_code in (200, 204):
                    assert same(slot, stable(nobody)), (label, who, slot)
                else:
                    assert slot.send().status_code in REFUSED, (label, who, slot)


def test_an_id_of_the_other_building_leads_nowhere(here: World, there: World) -> None:
    for ask in asks(here).values():
        for name in ask.ids:
            for what, other in there.ids().items():
                assert _leads_nowhere(ask.but(ids={name: other}), what), (ask.label, what)


def _leads_nowhere(ask: Ask, what: str) -> bool:
    answer = ask.send()
    said = json.loads(answer.content)
    if ask.label in PUBLIC and what == "portal":
        return bool(said.get("mode", "guest_directory") == "guest_directory")
    if ask.label == f"get {INVITE}":
        return bool(said["state"] == "not_found")
    return answer.status_code in REFUSED


@pytest.mark.parametrize("member", ["target_entity_id", "grant_id", "otp_challenge_id"])
def test_an_id_of_the_other_building_in_a_body_names_nothing(member: str, here: World, there: World) -> None:
    call = asks(here)[f"post {PORTAL}/sessions"]
    ask = call if member == "target_entity_id" else by_code(here)
    for what, other in there.ids().items():
        answer = ask.but(body=(ask.body or {}) | {member: other}).send()
        assert answer.status_code in (403, 404), (what, answer.content)


def test_the_right_request_of_the_other_building_opens_nothing_here(here: World, there: World) -> None:
    """The path and the body of the one, the secrets of the other's very same request."""
    for label, other in asks(there).items():
        ask = asks(here)[label].but(bearer=other.bearer, cookie=other.cookie, scan=there.scan())
        with undone():
            nobody = ask.but(bearer="", cookie="", scan="").send()
        if nobody.status_code in (200, 204):
            assert same(ask, stable(nobody)), label
        elif label != OWN:
            assert ask.send().status_code in REFUSED, label
