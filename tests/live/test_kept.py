"""A visitor's words to an upstream that has the published API and nothing more."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.http import HttpResponse
from django.test import AsyncClient

from tests.pages import Form
from visitor_portal import roles
from visitor_portal.live import kept
from visitor_portal.public_access import TooSoon
from visitor_portal.public_access.wire import Message, Session, Writing

from .remote import CALLEE, CALLER, SESSION, Remote, remote


@pytest.fixture(autouse=True)
def nothing_written() -> None:
    kept._cache().clear()


class Published(Remote):
    """Takes a line with a text, refuses every other member, and shows lines to nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[dict[str, Any]] = []
        self.answers: list[httpx.Response | httpx.HTTPError] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/notify-message"):
            return await super().handle_async_request(request)
        self.bodies.append(json.loads(await request.aread()))
        answer = self.answers.pop(0) if self.answers else httpx.Response(200)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return httpx.Response(400) if set(self.bodies[-1]) != {"text"} else answer


@pytest.fixture
async def building() -> AsyncIterator[Published]:
    async with remote(Published()) as building:
        assert isinstance(building, Published)
        yield building


@pytest.fixture
def visitor() -> AsyncClient:
    browser = AsyncClient()
    browser.cookies = roles.give(HttpResponse(), CALLER, {}).cookies
    return browser


async def write(visitor: AsyncClient, language: str = "en", **words: str) -> Any:
    page, spoken = await visitor.get(f"/s/{SESSION}"), {"accept-language": language}
    fields = {**Form(page.content.decode()).fields, **words}
    return await visitor.post(f"/s/{SESSION}/message", fields, headers=spoken)


async def test_own_words_are_sent_once_and_shown(building: Published, visitor: AsyncClient) -> None:
    assert (await write(visitor, text="At the gate")).status_code == 303
    assert building.bodies == [{"text": "At the gate"}]
    assert "<bdi>At the gate</bdi>" in (await visitor.get(f"/s/{SESSION}/status")).content.decode()


async def test_a_phrase_is_sent_as_text_and_read_as_a_phrase(building: Published, visitor: AsyncClient) -> None:
    assert (await write(visitor, "de", phrase="delivery")).status_code == 303
    assert building.bodies == [{"text": "A delivery for you"}]
    [line] = (await kept.beside(await read(building), CALLER)).messages
    assert (line.text, line.phrase) == ("A delivery for you", "delivery")


async def read(building: Published) -> Any:
    return Session.from_json(building._body(CALLER.secret))


async def test_the_limits_are_kept_here(building: Published, visitor: AsyncClient) -> None:
    statuses = [(await write(visitor, text=str(number))).status_code for number in range(3)]
    assert statuses == [303, 429, 429] and len(building.bodies) == 1


async def test_five_lines_are_a_visits_worth(building: Published) -> None:
    for number in range(5):
        await kept.put(SESSION, Message(str(number), "caller", "x"))
    with pytest.raises(TooSoon) as refused:
        await kept.take(SESSION)
    assert refused.value.retry_after is None
    session = await kept.beside(await read(building), CALLER)
    assert session.writing == Writing(left=0)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (httpx.ConnectError("refused"), 503, "reached. Send it again"),
        (httpx.Response(404), 404, "Nobody can be written to here"),
        (httpx.Response(400, json={"error_code": "invalid_request"}), 400, "did not take it"),
        (httpx.Response(409, json={"error_code": "session_over"}), 409, "over before your line arrived"),
    ],
)
async def test_what_was_not_taken_is_not_shown_and_need_not_wait(
    building: Published, visitor: AsyncClient, answer: Any, status: int, words: str
) -> None:
    building.answers = [answer]
    refused = await write(visitor, text="Hello")
    page = refused.content.decode()
    assert refused.status_code == status and words in page
    assert "<bdi>" not in page and 'value="Hello"' in page
    assert (await write(visitor, text="Hello")).status_code == 303


async def test_a_line_without_an_answer_is_not_sent_again(building: Published, visitor: AsyncClient) -> None:
    building.answers = [httpx.ReadTimeout("late")]
    refused = await write(visitor, text="Hello")
    assert "We don&#x27;t know whether your line arrived." in refused.content.decode()
    assert len(building.bodies) == 1
    assert (await write(visitor, text="Hello")).status_code == 429


async def test_a_resident_there_writes_nothing(building: Published) -> None:
    resident = AsyncClient()
    resident.cookies = roles.give(HttpResponse(), CALLEE, {}).cookies
    assert b'name="text"' not in (await resident.get(f"/s/{SESSION}?as=callee")).content


async def test_our_own_buildings_lines_are_its_own(building: Published) -> None:
    await kept.put(SESSION, Message("1", "caller", "old", at=datetime.now(UTC) - timedelta(minutes=1)))
    building.more = {"version": 3, "messages": [], "writing": {"left": 5, "phrases": True}}
    assert (await kept.beside(await read(building), CALLER)).messages == ()


async def test_without_its_cache_a_line_is_sent_and_not_shown(building: Published, visitor: AsyncClient) -> None:
    assert (await write(visitor, text="Hello")).status_code == 303
    kept._cache().clear()
    page = (await visitor.get(f"/s/{SESSION}")).content.decode()
    assert "<bdi>" not in page and 'name="text"' in page
