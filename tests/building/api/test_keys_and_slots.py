"""One key is one tap, also when the phone took a slot of the invite in between."""

from typing import Any

import pytest

from tests.building.conftest import pulses

from .asks import INVITE, Ask
from .worlds import QUICK, World, world

GUEST: Any = {"X-Guest-Id": "phone"}


@pytest.fixture
def house(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = QUICK
    return world("Harbour House")


@pytest.mark.parametrize("kind", ["free", "roomy"])
def test_the_same_key_after_taking_a_slot_is_the_same_tap(house: World, kind: str) -> None:
    invited = house.invited[kind]
    link = {"inviteToken": invited.token}
    ask = Ask(f"post {INVITE}/execute", link, key="tap", body={"grant_id": invited.grant})
    moved = pulses()
    first = ask.send(**GUEST)
    taken = first.cookies if kind == "roomy" else Ask(f"post {INVITE}/session", link).send().cookies
    again = ask.but(cookie=taken["oa_access_invite"].value).send(**GUEST)
    assert (first.status_code, again.status_code, pulses()) == (200, 200, moved + 1)
