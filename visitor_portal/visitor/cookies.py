"""Cookies of a guest's browser: how they are named and set. What is in them is signed by whoever writes it."""

from hashlib import sha256

from django.conf import settings
from django.http import HttpResponse


def mark(text: str) -> str:
    """Names a link or a sign where it need not be read back."""
    return sha256(text.encode()).hexdigest()[:8]


def name(kind: str, marked: str) -> str:
    # Browsers accept the __Host- prefix only over https; Safari refuses Secure on plain localhost.
    return f"{'__Host-' if settings.HTTPS else ''}{kind}-{marked}"


def put(response: HttpResponse, cookie: str, value: str, *, max_age: int) -> HttpResponse:
    response.set_cookie(cookie, value, max_age=max_age, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
