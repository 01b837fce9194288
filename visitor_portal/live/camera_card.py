"""The picture of a camera that is none: a card that says so, with the time on it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

PAUSE = 0.5  # seconds between two pictures
_SIZE = (640, 360)
_BARS = ("#c9c3b4", "#b9a54a", "#4d9aa0", "#4f8a5b", "#8a5a86", "#a3483f", "#3d5a80")


@cache
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


@cache
def _card() -> Image.Image:
    card = Image.new("RGB", _SIZE, "#11161b")
    pen, width = ImageDraw.Draw(card), _SIZE[0] / len(_BARS)
    for number, colour in enumerate(_BARS):
        pen.rectangle((number * width, 0, (number + 1) * width, 150), fill=colour)
    pen.text((320, 195), "Demo camera", font=_font(34), anchor="mm", fill="#eef1f2")
    pen.text((320, 325), "A drawn picture: no camera is connected", font=_font(20), anchor="mm", fill="#a3aeb6")
    return card


def draw(now: datetime) -> bytes:
    """A JPEG that says what time it is."""
    card = _card().copy()
    pen = ImageDraw.Draw(card)
    pen.text((320, 260), f"{now:%H:%M:%S} UTC", font=_font(56), anchor="mm", fill="#6cc5cc")
    along = now.microsecond / 1_000_000 * _SIZE[0]
    pen.rectangle((along, 150, along + 40, 158), fill="#eef1f2")
    kept = BytesIO()
    card.save(kept, "JPEG", quality=80)
    return kept.getvalue()


async def picture() -> bytes:
    """As `draw`, of now, beside the event loop: drawing takes milliseconds."""
    return await asyncio.to_thread(draw, datetime.now(UTC))


async def follow(show: Callable[[bytes], None]) -> None:
    while True:
        show(await picture())
        await asyncio.sleep(PAUSE)
