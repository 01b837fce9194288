"""Small things between HTTP and Django that Django has no name for."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.cookie import parse_cookie
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with GET."""

    status_code = 303


def cookies_of(scope: dict[str, Any]) -> dict[str, str]:
    """The cookies of a websocket's handshake."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))


def language_of(scope: dict[str, Any]) -> str:
    """The language that this browser asks for, among those that we speak."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    for asked, _weight in parse_accept_lang_header(headers.get(b"accept-language", b"").decode("latin-1").lower()):
        try:
            return translation.get_supported_language_variant(asked)
        except LookupError:
            continue
    return translation.get_supported_language_variant("en")
