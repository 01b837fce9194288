"""What a careless or a hostile client sends: refused with a sentence and the id of the request, never a failure."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from ulid import ULID

from tests.building.conftest import pulses
from visitor_portal.building.models import AccessLog, InviteDevice, Message, PinTry, Session

from .asks import INVITE, Ask, asks
from .corpus import PATHS
from .overlay import body_of
from .spoilt import MEBIBYTE, NO_OBJECT, odd, refused
from .worlds import QUICK, World, undone, world

JSON = "application/json"


@pytest.fixture
def house(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = QUICK
    return world("Harbour House")


def posts(house: World, *, with_body: bool) -> list[Ask]:
    return [ask for ask in asks(house).values() if ask.label.startswith("post") and bool(ask.body) is with_body]


def with_id(house: World) -> list[Ask]:
    return [ask for ask in asks(house).values() if ask.ids]


def tried(ask: Ask, body: bytes | None = None, **headers: str) -> HttpResponse:
    with undone():
        return ask.send(body, **headers)


def sentence(answer: HttpResponse) -> str:
    """What a refusal says to people, after a look at all else that each must have."""
    said = json.loads(answer.content)
    assert answer["Content-Type"] == JSON
    assert said["correlationId"] == answer["X-Request-Id"]
    assert said["error_code"].replace("_", "").isalpha()
    return str(said["message"])


@pytest.fixture
def nothing_moves(house: World) -> Any:
    def left_behind() -> tuple[object, ...]:
        counted = (AccessLog, Message, Session, PinTry, InviteDevice)
        return pulses(), *(m.objects.count() for m in counted), *Session.objects.values_list("state", "version")

    before = left_behind()
    yield
    assert left_behind() == before


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(PATHS) == len(set(PATHS)) >= 200


def test_what_takes_a_body_is_asked_with_one(house: World) -> None:
    asked = {ask.label: set(ask.body or {}) for ask in posts(house, with_body=True)}
    declared = {label: body_of(label) for label in asks(house)}
    assert asked == {label: set(body["properties"]) for label, body in declared.items() if body}


@pytest.mark.usefixtures("nothing_moves")
def test_a_body_that_is_not_as_declared_is_refused(house: World) -> None:
    for ask in posts(house, with_body=True):
        for how, body in refused(ask.body or {}, set((body_of(ask.label) or {}).get("required", ()))):
            answer = ask.send(body)
            assert answer.status_code == 400, (ask.label, how, answer.status_code, answer.content)
            assert sentence(answer).endswith("."), (ask.label, how)


def test_a_body_that_is_odd_is_taken_or_refused(house: World) -> None:
    for ask in posts(house, with_body=True):
        right = tried(ask).status_code
        for how, body in odd(ask.body or {}):
            answer = tried(ask, body)
            assert answer.status_code in (right, 400, 403, 404), (ask.label, how, answer.content)
            assert answer.status_code == right or sentence(answer), (ask.label, how)


@pytest.mark.usefixtures("nothing_moves")
def test_a_text_of_a_mebibyte_is_refused(house: World) -> None:
    for ask in posts(house, with_body=True):
        for name in ask.body or {}:
            answer = ask.but(body=(ask.body or {}) | {name: "x" * MEBIBYTE}).send()
            assert answer.status_code in (400, 413), (ask.label, name, answer.status_code)


def test_what_the_body_is_called_does_not_matter(house: World) -> None:
    for ask in posts(house, with_body=True):
        body = json.dumps(ask.body).encode()
        for content_type in ("", "text/plain", "\xff", f"{JSON}; charset=utf-16", f"{JSON}; charset=x"):
            answer = tried(ask, body, **{"Content-Type": content_type})
            assert answer.status_code in (200, 204, 400, 415), (ask.label, content_type, answer.content)


def test_where_no_body_is_declared_any_is_read_past(house: World) -> None:
    for ask in posts(house, with_body=False):
        for how, body in NO_OBJECT.items():
            assert tried(ask, body).status_code == 200, (ask.label, how)


def leads_nowhere(ask: Ask, answer: HttpResponse) -> bool:
    if ask.label == f"get {INVITE}" and answer.status_code == 200:
        return bool(json.loads(answer.content)["state"] == "not_found")
    # Where no operation is there is nothing to POST to.
    statuses = (404, 405) if ask.label.startswith("post") else (404,)
    return answer.status_code in statuses and sentence(answer).endswith(".")


@pytest.mark.usefixtures("nothing_moves")
def test_what_is_no_id_leads_nowhere(house: World) -> None:
    for ask in with_id(house):
        (real,) = ask.ids.values()
        for other in PATHS:
            answer = ask.send(path=ask.path.replace(real, other))
            assert leads_nowhere(ask, answer), (ask.label, other, answer.status_code, answer.content)


@pytest.mark.usefixtures("nothing_moves")
def test_a_refusal_gives_back_the_id_of_its_request_or_one_of_its_own(house: World) -> None:
    for ask in with_id(house):
        nowhere = ask.path.replace(next(iter(ask.ids.values())), "%00")
        for sent in ("", "visit-7/a:b", "x" * 129, "a b", "caf\xe9", "\x1b[31m"):
            headers: Any = {"X-Correlation-Id": sent}
            answer = ask.send(path=nowhere, **headers)
            given = json.loads(answer.content)["correlationId"]
            assert given == answer["X-Request-Id"]
            assert (given == sent) if sent == "visit-7/a:b" else (str(ULID.from_str(given)) == given), sent
