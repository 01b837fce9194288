"""Small things between a browser and Django that Django has no name for."""

import re
import unicodedata
from typing import Any

from django.http import HttpResponseRedirect
from django.http.cookie import parse_cookie
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

_OLD_HEBREW = re.compile(r"^iw\b")  # its code until 1989; older Android phones still send it


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with GET."""

    status_code = 303


def cookies_of(scope: dict[str, Any]) -> dict[str, str]:
    """The cookies of a websocket's handshake."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))


def asked(accept_language: str) -> str | None:
    """The language that this header asks for, if it names one that we speak."""
    for name, _weight in parse_accept_lang_header(accept_language):
        try:
            return translation.get_supported_language_variant(_OLD_HEBREW.sub("he", name))
        except LookupError:
            continue
    return None


def spoken(accept_language: str) -> str:
    """The language that this header asks for, among those that we speak."""
    return asked(accept_language) or translation.get_supported_language_variant("en")


def language_of(scope: dict[str, Any]) -> str:
    """The language that this browser asks for, as a websocket's handshake says it."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return spoken(headers.get(b"accept-language", b"").decode("latin-1"))


def isolated(name: str) -> str:
    """Somebody else's words among ours, kept in their own order where two directions of writing meet."""
    is_rtl = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\u2068{name}\u2069" if name and (is_rtl or translation.get_language_bidi()) else name
