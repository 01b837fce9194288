"""How much the desk takes in at once."""

from django.conf import settings

_MB = 1024 * 1024


def most_picture() -> int:
    """Bytes of a picture that the server lets through, with the largest form around it."""
    most: int = settings.STAFF_MAX_BODY - settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return most


def most_directory() -> int:
    return min(2 * _MB, most_picture())


def in_words(size: int) -> str:
    return f"{size // _MB} MB"
