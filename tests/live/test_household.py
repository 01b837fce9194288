"""Who shares an answer with whom, and who has to ask for itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from visitor_portal.live import household, truth
from visitor_portal.live.household import Household
from visitor_portal.public_access import Denied
from visitor_portal.public_access.wire import Session
from visitor_portal.roles import Role

from .remote import CALLER, SESSION, Remote, remote

PHONES = [Role("callee", SESSION, f"callee-{number}") for number in range(6)]


@pytest.fixture
async def building() -> AsyncIterator[Remote]:
    async with remote() as building:
        yield building


@pytest.fixture
async def home(building: Remote) -> Household:
    """Visitor and household, each of whom has looked."""
    home = Household()
    for role in (CALLER, *PHONES):
        await home.ask(role)
    building.asked.clear()
    return home


async def told(home: Household) -> list[Session | BaseException]:
    """What each phone hears after a change."""
    truth.forget(SESSION)
    home.changed()
    return await asyncio.gather(*(home.hear(role) for role in PHONES), return_exceptions=True)


def secrets(building: Remote) -> set[str]:
    return {secret for _, secret in building.asked}


async def test_a_ring_is_asked_about_once_for_all_its_phones(building: Remote, home: Household) -> None:
    building.more = {"ring": {"devices": 1, "sent": 0, "shown": 1, "opened": 0}}
    found = await told(home)
    assert all(isinstance(session, Session) and session.ring and session.ring.shown == 1 for session in found)
    assert building.reads == 1


async def test_each_phone_has_its_turn_to_ask(building: Remote, home: Household) -> None:
    for _ in PHONES:
        await told(home)
    assert building.reads == len(PHONES) and secrets(building) == {phone.secret for phone in PHONES}


async def test_once_somebody_answered_each_asks_for_itself(building: Remote, home: Household) -> None:
    building.state, building.more, building.own = (
        "active",
        {"answered_by": "Bob"},
        {"callee-4": {"answered_by": None}},
    )
    found = [session for session in await told(home) if isinstance(session, Session)]
    assert [session.answered_by for session in found] == ["Bob"] * 4 + [None, "Bob"]


async def test_then_all_but_who_answered_share_again(building: Remote, home: Household) -> None:
    building.state, building.more, building.own = (
        "active",
        {"answered_by": "Bob"},
        {"callee-4": {"answered_by": None}},
    )
    await told(home)
    building.asked.clear()
    found = [session for session in await told(home) if isinstance(session, Session)]
    assert [session.answered_by for session in found] == ["Bob"] * 4 + [None, "Bob"]
    assert building.reads == 2 and "callee-4" in secrets(building)


async def test_what_the_visitor_reads_is_for_no_phone(building: Remote, home: Household) -> None:
    truth.forget(SESSION)
    home.changed()
    sides = [await home.hear(role) for role in (CALLER, PHONES[0])]
    assert [session.role for session in sides] == ["caller", "callee"]


async def test_a_refused_phone_is_told_so_in_its_turn_and_the_others_go_on(building: Remote, home: Household) -> None:
    building.refused = {"callee-0"}
    refused, *others = await told(home)
    assert isinstance(refused, Denied) and all(isinstance(session, Session) for session in others)
    with pytest.raises(Denied):
        await home.hear(PHONES[0])


async def test_nobody_is_believed_for_long(
    building: Remote, home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(household, "PROVEN", 0.05)
    building.refused = {"callee-5"}
    await asyncio.sleep(0.1)
    assert isinstance((await told(home))[5], Denied) and building.reads == len(PHONES)


async def test_who_has_never_asked_asks_first(building: Remote, home: Household) -> None:
    building.refused = {"callee-stranger"}
    home.changed()
    with pytest.raises(Denied):
        await home.hear(Role("callee", SESSION, "callee-stranger"))


async def test_a_silent_upstream_makes_nobody_a_stranger(building: Remote, home: Household) -> None:
    building.failing = 503
    assert all(isinstance(failure, Exception) for failure in await told(home))
    building.failing = 0
    building.asked.clear()
    assert all(isinstance(session, Session) for session in await told(home)) and building.reads == 1
