"""The picture of an invite: taken in as phones make them, kept as a small JPEG with nothing else in it."""

import warnings
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

from . import limits

MOST_SIDE = 1200
MOST_BYTES = 512 * 1024
MOST_PIXELS = 64_000_000  # of what is taken in: a few kilobytes can unpack to gigabytes
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITIES = (85, 70, 55, 40)


def small(data: bytes) -> bytes:
    """The same picture, upright, at most 1200 pixels a side, as JPEG. What a camera wrote beside it is gone."""
    picture = _decoded(data)
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    for quality in _QUALITIES:
        out = BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValidationError("This picture can't be made small enough. Take another one.")


def _decoded(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is ours
            picture = Image.open(BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(picture)
            return _on_white(upright)
    except Image.DecompressionBombError:
        raise ValidationError("This picture is too large: at most 64 megapixels.") from None
    except (OSError, SyntaxError, ValueError):
        raise ValidationError("This is no picture that can be read: take a JPEG, PNG or WebP file.") from None


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")


class PhotoField(forms.FileField):
    """Cleans to the bytes that are kept; to None when no file was given."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}))
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        file = super().clean(data, None)
        if not file:
            return None
        if file.size > limits.most_picture():
            raise ValidationError(f"At most {limits.in_words(limits.most_picture())} get through.")
        return small(file.read())
