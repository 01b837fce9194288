"""The channel layer of a single process."""

import time

from channels.layers import InMemoryChannelLayer

SWEEP = 5.0  # seconds between two searches for what has expired


class InProcessLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """Channels' own, which looks through every channel at every call. Here it looks now and then."""

    _swept = 0.0

    def _clean_expired(self) -> None:
        now = time.monotonic()
        if now - self._swept >= SWEEP:
            self._swept = now
            super()._clean_expired()
