"""A link that is shown once, to be handed over."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from visitor_portal.building import signs

from .base import Desk


def hand_over(desk: Desk, request: HttpRequest, thing: Any, link: str, words: str) -> HttpResponse:
    """The answer to the POST that made the link: nothing keeps it, and no GET finds it."""
    code = signs.qr_code(link).svg_data_uri(scale=6, light="white")
    return desk.show(request, "link", thing, title="Link to hand over", link=link, code=code, words=words)
