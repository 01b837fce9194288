"""What a page asks before it makes another try: /s/{id}/ice."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home, tap
from tests.turning import of
from visitor_portal.building.models import Entry, Portal


@pytest.fixture(autouse=True)
def turn(settings: Any) -> Any:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.com:3478"], "shared"
    return settings


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person, bob: Person) -> str:
    return str(call(visitor, portal, entry)["Location"])


def servers(browser: Client, visit: str, role: str = "caller") -> Any:
    return browser.get(f"{visit}/ice?as={role}").json()["iceServers"]


def on_page(browser: Client, visit: str, role: str = "caller") -> str:
    return browser.get(f"{visit}?as={role}").content.decode()


def test_page_and_later_question_name_the_same_side(visitor: Client, visit: str) -> None:
    told = re.search(r'data-ice="([^"]*)"', on_page(visitor, visit))
    assert told
    first = of(json.loads(told[1].replace("&quot;", '"')))
    later = of(servers(visitor, visit))
    assert first[0].partition(":")[2] == later[0].partition(":")[2]


def test_answers_are_kept_nowhere(visitor: Client, visit: str) -> None:
    assert "no-store" in visitor.get(f"{visit}/ice")["Cache-Control"]


def test_it_is_read_and_nothing_else(visitor: Client, visit: str) -> None:
    assert visitor.post(f"{visit}/ice").status_code == 405


def test_strangers_are_told_nothing(visit: str, mallory: Person) -> None:
    for stranger in (Client(), home(mallory.key)):
        answer = stranger.get(f"{visit}/ice?as=callee")
        assert answer.status_code == 403 and b"turn:" not in answer.content


def test_who_hung_up_is_told_no_way_any_more(visitor: Client, visit: str) -> None:
    tap(visitor, visit, "cancel")
    assert servers(visitor, visit) == []


def test_the_flatmate_who_came_second_is_told_no_way(visit: str, alice: Person, bob: Person) -> None:
    hers, his = home(alice.key), home(bob.key)
    assert tap(hers, visit, "answer").status_code == 303
    assert servers(his, visit, "callee") == []
    assert servers(hers, visit, "callee") != []


@pytest.mark.parametrize("is_relayed", [True, False])
def test_relay_only_is_told_to_the_page(visitor: Client, visit: str, turn: Any, is_relayed: bool) -> None:
    turn.RELAY_ONLY = is_relayed
    assert ('data-relay="1"' in on_page(visitor, visit)) is is_relayed
