"""An upstream that is slow, refusing or talking nonsense becomes a page with the truth and a next step."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest
from django.http import HttpResponse
from django.test import AsyncClient, Client
from pytest_django.fixtures import Settings

from tests.pages import read
from visitor_portal import roles, seals, upstream

Handler = Callable[[httpx.Request], httpx.Response]
SIGN = "/p/any-sign-at-all-0001"


def page(handler: Handler, path: str = SIGN) -> tuple[int, str, str]:
    """Status, heading and text of a page whose upstream answers so."""
    with upstream.through(httpx.MockTransport(handler)):
        answer = Client().get(path)
    return answer.status_code, read(answer).headings[0], answer.content.decode()


def raising(error: type[httpx.TransportError]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    return handler


def answering(status: int, body: object = None, **headers: str) -> Handler:
    return lambda request: httpx.Response(status, json=body, headers=headers)


@pytest.mark.parametrize(
    ("handler", "status", "heading"),
    [
        (raising(httpx.ConnectError), 503, "The building is not answering"),
        (raising(httpx.ReadError), 503, "No answer from the building"),
        (answering(500), 503, "No answer from the building"),
        (answering(503, {"message": "x"}), 503, "No answer from the building"),
        (answering(302, None, Location="https://elsewhere.example"), 503, "No answer from the building"),
        (answering(404, {"message": "x", "error_code": "not_found"}), 404, "Nothing is here"),
        (answering(410, {"message": "x"}), 410, "This sign is no longer in use"),
        (answering(429, {"message": "x"}, **{"Retry-After": "7"}), 429, "One moment"),
        (answering(401, {"message": "x"}), 403, "This visit is not yours to see"),
        (answering(200, ["nonsense"]), 502, "The building sent an answer we can't read"),
        (lambda r: httpx.Response(200, text="<html>hello"), 502, "The building sent an answer we can't read"),
        (lambda r: httpx.Response(200, content=b"\xff\xfe\x00"), 502, "The building sent an answer we can't read"),
    ],
)
def test_each_fault_has_its_page(handler: Handler, status: int, heading: str) -> None:
    assert page(handler)[:2] == (status, heading)


def test_says_how_long_to_wait() -> None:
    assert "Tap again in 7 seconds." in page(answering(429, {"message": "x"}, **{"Retry-After": "7"}))[2]


def test_offers_a_next_step() -> None:
    assert "use the panel" in page(raising(httpx.ConnectError))[2]


def test_nothing_internal_is_shown() -> None:
    text = page(answering(500, {"message": "Traceback: secret", "error_code": "boom"}))[2]
    assert "secret" not in text and "boom" not in text


def test_a_silent_upstream_costs_the_deadline_and_no_more(settings: Settings) -> None:
    settings.READ_DEADLINE = 0.3

    async def silent(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return httpx.Response(200)

    with upstream.through(httpx.MockTransport(silent)):
        answer = Client().get(SIGN)
    assert answer.status_code == 503


async def test_many_slow_answers_cost_no_more_than_one(settings: Settings) -> None:
    settings.READ_DEADLINE = 0.4
    browser = AsyncClient()
    for role in (roles.Role("caller", f"session-{n}", "secret") for n in range(3)):
        browser.cookies.load(roles.give(HttpResponse(), role, {}).cookies.output(header=""))
    body = {"seal": seals.mint("call", "any-sign-at-all-0001"), "call": "voice.somebody"}

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.3)
        return httpx.Response(500)

    started = time.monotonic()
    with upstream.through(httpx.MockTransport(slow)):
        answer = await browser.post(f"{SIGN}/call", body)
    assert answer.status_code == 503 and time.monotonic() - started < 1.2


def test_beside_the_page_for_htmx() -> None:
    with upstream.through(httpx.MockTransport(answering(500))):
        answer = Client().get(SIGN, headers={"HX-Request": "true"})
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#notice", "#fault")
    assert b"<html" not in answer.content


def test_an_unknown_address_has_the_house_look() -> None:
    answer = Client().get("/nothing/like/this")
    assert answer.status_code == 404 and read(answer).headings == ["Nothing is here"]


def test_our_own_fault_has_a_page() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    with upstream.through(httpx.MockTransport(broken)):
        answer = Client(raise_request_exception=False).get(SIGN)
    assert answer.status_code == 500 and read(answer).headings == ["The fault is ours"]
