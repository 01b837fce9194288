"""How much the desk takes in at once."""

from django.conf import settings

_AROUND = 4 * 1024  # what a form sends around a file


def most_upload() -> int:
    """Bytes of a file that the server lets through."""
    most: int = getattr(settings, "STAFF_MAX_BODY", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return most - _AROUND


def in_words(size: int) -> str:
    return f"{size // 1024} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.0f} MB"
