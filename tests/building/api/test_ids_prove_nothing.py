"""Every id that any answer shows is offered wherever a secret counts: refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.building.conftest import pulses
from tests.thorough import rather
from visitor_portal.building import quotas
from visitor_portal.building.models import AccessLog

from .asks import INVITE, PORTAL, SESSION, Ask, asks
from .worlds import QUICK, World, rows, undone, world

SECRETS = (
    "caller_token",
    "callee_token",
    "scan_proof",
    "invite_token",
    "invite_url",
    "photo_url",
    "invite_id",
    "request_token",
)
SHORTEST = 16  # letters: what is shorter is a word, and tests/building/api/test_ids_are_no_keys.py offers those
KINDS = {"bearer": ("resident_",), "role": ("caller_", "callee_"), "query": (), "cookie": ("guest_",), "scan": ()}
ROLES = (
    *(f"get {SESSION}{part}" for part in ("", "/streams")),
    *(f"post {SESSION}/{part}" for part in ("answer", "open", "cancel", "decline", "lights")),
    *(f"post {SESSION}/{part}" for part in ("notify-message", "reply", "receipt")),
)
NEEDED = {  # where a secret counts, and in which places it is looked for
    "get /public/access/resident": ("bearer", "query"),
    f"post {INVITE}/claim": ("bearer", "query"),
    f"post {PORTAL}/open": ("bearer", "query", "cookie", "scan"),
    f"post {PORTAL}/lights": ("bearer", "query", "cookie", "scan"),
    **dict.fromkeys(ROLES, ("role", "query")),
}
LINKS = [f"get {INVITE}/photo", *(f"post {INVITE}/{what}" for what in ("claim", "session", "otp/start", "execute"))]


@pytest.fixture
def house(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = QUICK
    return world("Harbour House")


def texts(answer: Any, name: str = "") -> Iterator[str]:
    """Every text at any depth; not the secrets."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from texts(value, key)
    elif isinstance(answer, list):
        for value in answer:
            yield from texts(value, name)
    elif name not in SECRETS and isinstance(answer, str):
        yield answer


@pytest.fixture
def shown(house: World) -> set[str]:
    """Whatever looks like an id in what anybody can read, in whatever role."""
    found: set[str] = set()
    talking = house.visits["talking"]
    for ask in asks(house).values():
        for bearer in (ask.bearer, "", house.alice.key, talking.caller, talking.token(house.alice)):
            with undone():
                answer = ask.but(bearer=bearer).send()
            if answer["Content-Type"] == "application/json":
                found |= set(texts(json.loads(answer.content)))
    return {text for text in found if len(text) >= SHORTEST and text.isascii() and " " not in text}


def placed(bare: Ask, place: str, offered: str) -> Ask:
    if place == "query":
        return bare.but(query=f"?token={offered}")
    return bare.but(**{"bearer" if place == "role" else place: offered})


def test_reads_what_there_is_to_read(house: World, shown: set[str]) -> None:
    ids = house.ids()
    seen = ("portal", "entry", "light", "resident", "building", "talking session", "message", "free grant")
    assert {ids[what] for what in (*seen, "caller's peer", "callee's peer")} <= shown


def share(found: set[str], turn: int) -> list[str]:
    """Every id when there is time for it; else a third of them for each operation, all in the end."""
    return sorted(found)[turn % rather(3, 1) :: rather(3, 1)]


@pytest.mark.timeout(300)
def test_no_id_is_a_secret(house: World, shown: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "STRANGERS", 10**9)  # else most would be refused for being so many
    before, moved = rows(), pulses()
    for turn, (label, places) in enumerate(NEEDED.items()):
        bare: Ask = asks(house)[label].but(bearer="", cookie="", scan="", key="")
        for guess in share(shown | set(house.ids().values()), turn):
            for place in places:
                for offered in (guess, *(kind + guess for kind in KINDS[place])):
                    assert placed(bare, place, offered).send().status_code in (401, 403), (label, place, offered)
    assert rows() == before
    assert (pulses(), AccessLog.objects.filter(state="sent").count()) == (moved, 1)


def test_no_id_is_a_link(house: World, shown: set[str]) -> None:
    before = rows()
    for turn, label in enumerate(LINKS):
        for guess in share(shown | set(house.ids().values()), turn):
            for offered in (guess, f"invite_{guess}"):
                answer = asks(house)[label].but(ids={"inviteToken": offered}).send()
                assert answer.status_code in (404, 405), (label, offered, answer.content)
    assert rows() == before
