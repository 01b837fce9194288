"""The channel layer of a single process: told from anywhere, it reaches whoever waits."""

import asyncio
import time
from threading import Thread

from channels.layers import get_channel_layer

from visitor_portal import events
from visitor_portal.live.layer import InProcessLayer

SESSION = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


async def waiting(layer: InProcessLayer, group: str) -> asyncio.Task:
    """Somebody who waits on this loop for what the group is told."""
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    task = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0.01)
    return task


async def test_a_thread_with_a_loop_of_its_own_reaches_a_waiting_socket_at_once() -> None:
    layer = get_channel_layer()
    task = await waiting(layer, events.session_group(SESSION))
    told: list[bool] = []
    started = time.monotonic()
    teller = Thread(target=lambda: told.append(events.session_changed(SESSION)))
    teller.start()
    heard = await asyncio.wait_for(task, 5)
    assert time.monotonic() - started < 0.5
    assert heard == {"type": "session.changed"}
    await asyncio.to_thread(teller.join)
    assert told == [True]


async def test_ten_threads_at_once_lose_nothing() -> None:
    layer = get_channel_layer()
    tasks = [await waiting(layer, events.session_group(f"{SESSION}{number}")) for number in range(10)]
    threads = [Thread(target=events.session_changed, args=(f"{SESSION}{number}",)) for number in range(10)]
    for thread in threads:
        thread.start()
    heard = await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert heard == [{"type": "session.changed"}] * 10
    for thread in threads:
        await asyncio.to_thread(thread.join)


async def test_on_its_own_loop_it_is_told_as_ever() -> None:
    layer = get_channel_layer()
    task = await waiting(layer, events.session_group(SESSION))
    assert await events.send(events.session_group(SESSION), events.Changed(type="session.changed"))
    assert await asyncio.wait_for(task, 1) == {"type": "session.changed"}


async def test_where_nobody_waits_telling_costs_nothing() -> None:
    told: list[bool] = []
    thread = Thread(target=lambda: told.append(events.session_changed("nobody")))
    thread.start()
    await asyncio.to_thread(thread.join)
    assert told == [True]


async def test_what_a_socket_did_not_read_goes_with_it() -> None:
    layer = InProcessLayer()
    channel = await layer.new_channel()
    await layer.group_add("s.left", channel)
    await layer.group_send("s.left", {"type": "session.changed"})
    await layer.group_discard("s.left", channel)
    assert not layer.channels and not layer.groups


async def test_who_reads_nothing_for_a_minute_is_forgotten() -> None:
    layer = InProcessLayer(expiry=0.05)
    channel = await layer.new_channel()
    await layer.group_add("s.dead", channel)
    for _ in range(2):
        await layer.group_send("s.dead", {"type": "session.changed"})
        await asyncio.sleep(0.1)
    assert not layer.channels and not layer.groups


async def test_who_reads_again_after_all_is_told_again() -> None:
    layer = InProcessLayer(expiry=0.05)
    channel = await layer.new_channel()
    await layer.group_add("s.slow", channel)
    for _ in range(2):
        await layer.group_send("s.slow", {"type": "session.changed"})
        await asyncio.sleep(0.1)
    reading = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0.01)
    await layer.group_send("s.slow", {"type": "session.changed"})
    assert await asyncio.wait_for(reading, 5) == {"type": "session.changed"}


async def test_a_full_socket_loses_the_rest_and_nobody_else_does() -> None:
    layer = InProcessLayer(capacity=3)
    full, other = await layer.new_channel(), await layer.new_channel()
    for channel in (full, other):
        await layer.group_add("s.full", channel)
    for _ in range(5):
        await layer.group_send("s.full", {"type": "session.changed"})
        await layer.receive(other)
    assert layer.channels[full].qsize() == 3


async def test_telling_one_group_costs_the_same_among_ten_thousand() -> None:
    async def best(layer: InProcessLayer) -> float:
        channel, times = await layer.new_channel(), []
        await layer.group_add("s.one", channel)
        for _ in range(200):
            began = time.perf_counter()
            await layer.group_send("s.one", {"type": "session.changed"})
            await layer.receive(channel)
            times.append(time.perf_counter() - began)
        return min(times)

    alone, crowded = InProcessLayer(), InProcessLayer()
    for number in range(10_000):
        await crowded.group_add(f"s.{number}", await crowded.new_channel())
    assert await best(crowded) < 3 * await best(alone)


def test_when_the_loop_of_the_sockets_is_gone_telling_goes_on() -> None:
    layer = InProcessLayer()

    async def visit() -> None:
        (await waiting(layer, "s.gone")).cancel()

    asyncio.run(visit())
    asyncio.run(layer.group_send("s.gone", {"type": "session.changed"}))
