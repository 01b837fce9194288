"""The requests that other tests bend and cross do what they are for when nothing is bent."""

from typing import Any

import pytest

from .asks import asks, by_code
from .overlay import labels
from .worlds import QUICK, World, undone, world


@pytest.fixture
def house(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = QUICK
    return world("Harbour House")


def test_every_operation_of_the_document_is_among_them(house: World) -> None:
    assert sorted(asks(house)) == sorted(labels())


def test_each_succeeds(house: World) -> None:
    for label, ask in {**asks(house), "by code": by_code(house)}.items():
        with undone():
            answer = ask.send()
        assert answer.status_code == (204 if label.endswith("/receipt") else 200), (label, answer.content)
