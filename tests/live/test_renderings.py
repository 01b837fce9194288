"""One rendering for all who read the same of one answer."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test.signals import template_rendered

from visitor_portal import seals
from visitor_portal.live.renderings import MOST, _made, rendering
from visitor_portal.public_access.wire import Localized, Session
from visitor_portal.roles import Role

from .remote import CALLER, SESSION

ALICE, BOB = Role("callee", SESSION, "alice-secret"), Role("callee", SESSION, "bob-secret")


@pytest.fixture
def rendered() -> Iterator[list[str]]:
    """The names of the templates, as they are rendered."""
    names: list[str] = []

    def note(template: Any, **more: Any) -> None:
        names.append(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


def answer(role: str = "callee") -> Session:
    ends = datetime.now(UTC) + timedelta(minutes=1)
    name = Localized({"en": "Okafor"})
    return Session(session_id=SESSION, state="ringing", role=role, expires_at=ends, call_target_display_name=name)


def shown(session: Session, role: Role, language: str = "en") -> str:
    return rendering(session, role, language, is_pushed=True).sealed(role)


def seal(html: str) -> str:
    (found,) = set(re.findall(r'name="seal" value="([^"]+)"', html))
    return str(found)


def test_a_household_is_rendered_for_once(rendered: list[str]) -> None:
    session = answer()
    pages = [shown(session, role) for role in (ALICE, BOB, ALICE)]
    assert rendered.count("live/_status.html") == 1
    assert len({page.replace(seal(page), "") for page in pages}) == 1


def test_each_page_has_a_form_token_of_its_own() -> None:
    session = answer()
    mine, again, theirs = (seal(shown(session, role)) for role in (ALICE, ALICE, BOB))
    about = ("visit", SESSION, "callee")
    assert len({seals.nonce(token, *about, ALICE.fingerprint) for token in (mine, again)}) == 2
    assert seals.nonce(theirs, *about, BOB.fingerprint)
    with pytest.raises(seals.BadSeal):
        seals.nonce(theirs, *about, ALICE.fingerprint)


def test_each_language_and_each_side_has_its_own() -> None:
    session = answer()
    pages = {shown(session, ALICE), shown(session, ALICE, "de"), shown(answer("caller"), CALLER)}
    assert len({re.sub(r"<input[^>]+>", "", page) for page in pages}) == 3


def test_another_answer_is_rendered_anew(rendered: list[str]) -> None:
    for _ in range(3):
        shown(answer(), ALICE)
    assert rendered.count("live/_status.html") == 3


def test_few_are_kept() -> None:
    sessions = [answer() for _ in range(2 * MOST)]
    for session in sessions:
        shown(session, ALICE)
    assert len(_made) == MOST
