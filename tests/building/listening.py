"""What is told through the channel layer while a test goes on."""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer


def listening(*groups: str) -> dict[str, str]:
    """A channel in each group."""
    layer = get_channel_layer()
    channels = {group: async_to_sync(layer.new_channel)() for group in groups}
    for group, channel in channels.items():
        async_to_sync(layer.group_add)(group, channel)
    return channels


def heard(channel: str) -> list[dict]:
    """All that it was told since the last time."""
    queue = get_channel_layer().channels.get(channel)
    return [] if queue is None else [queue.get_nowait()[1] for _ in range(queue.qsize())]


def has_news(channel: str) -> bool:
    queue = get_channel_layer().channels.get(channel)
    return queue is not None and not queue.empty()
