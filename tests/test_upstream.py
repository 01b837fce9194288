"""The one way to the upstream, and effects that outlive the phone."""

import asyncio
import gc
from collections.abc import Callable

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from pytest_django.fixtures import Settings

from visitor_portal import upstream
from visitor_portal.building.models import Building, Portal


async def test_an_effect_ends_when_its_request_is_gone() -> None:
    ended = asyncio.Event()

    async def effect() -> None:
        await asyncio.sleep(0.1)
        ended.set()

    request = asyncio.create_task(upstream.finish(effect()))
    await asyncio.sleep(0.02)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert upstream.running
    await asyncio.wait_for(ended.wait(), 2)


async def test_one_key_is_one_effect() -> None:
    calls = []

    async def effect() -> int:
        calls.append(1)
        await asyncio.sleep(0.05)
        return len(calls)

    assert await asyncio.gather(*(upstream.finish_once("a key", effect) for _ in range(5))) == [1] * 5
    assert upstream.is_shared("a key") and not upstream.is_shared("another key")


async def test_an_effect_that_fails_fails_for_every_tap() -> None:
    async def effect() -> None:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await upstream.finish_once("failing", effect)


@pytest.mark.django_db(transaction=True)
async def test_the_building_answers_in_process(portal: Portal) -> None:
    found = await upstream.client().get_portal(portal.public_id)
    assert found.name and found.name.text("en") == "Lobby"


@pytest.mark.django_db(transaction=True)
async def test_many_at_once_in_process(portal: Portal) -> None:
    async with asyncio.timeout(20):
        found = await asyncio.gather(*(upstream.client().get_portal(portal.public_id) for _ in range(20)))
    assert {one.public_portal_id for one in found} == {portal.public_id}


@pytest.mark.django_db(transaction=True)
async def test_a_caller_who_goes_away_leaves_nothing_behind(portal: Portal) -> None:
    loop, said = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: said.append(context["message"]))
    before = asyncio.all_tasks()
    for milliseconds in range(20):
        request = asyncio.create_task(upstream.client().get_portal(portal.public_id))
        await asyncio.sleep(milliseconds / 1000)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    async with asyncio.timeout(10):
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0.01)
    gc.collect()
    await asyncio.sleep(0)
    assert said == []


@pytest.mark.django_db(transaction=True)
async def test_a_call_leaves_the_callers_transaction_alone(portal: Portal) -> None:
    loop = asyncio.get_running_loop()

    async def asked() -> None:
        await upstream.client().get_status()

    def renamed() -> None:
        with transaction.atomic():
            Building.objects.update(name={"en": "Renamed"})
            asyncio.run_coroutine_threadsafe(asked(), loop).result(5)

    await sync_to_async(renamed)()
    assert (await Building.objects.aget()).name == {"en": "Renamed"}


async def test_a_network_upstream_gets_the_key_at_its_address(settings: Settings) -> None:
    settings.PUBLIC_ACCESS_URL, settings.PUBLIC_ACCESS_KEY = "https://building.example.com/api/v1", "a-key"
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"environment": "x", "version": "1"})

    with upstream.through(httpx.MockTransport(answer)):
        await upstream.client().get_status()
    assert str(seen[0].url) == "https://building.example.com/api/v1/status"
    assert seen[0].headers["X-API-Key"] == "a-key"


async def test_there_is_one_client_for_a_loop() -> None:
    assert upstream.client() is upstream.client()


def test_every_loop_has_its_own_client() -> None:
    async def client() -> object:
        return upstream.client()

    run: Callable[[], object] = lambda: asyncio.run(client())  # noqa: E731
    assert run() is not run()
