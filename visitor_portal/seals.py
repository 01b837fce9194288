"""Form tokens: signed, bound to a purpose and to what the form is about, with a nonce and an age.

They stand in for a CSRF cookie: a page that can show the token was served by us to this holder. They work where
a browser refuses cookies, and their nonce names the one command that a tap stands for.
"""

import secrets

from django.core import signing

OPEN_AGE = 120  # seconds; a form that moves a door is short-lived
PAGE_AGE = 15 * 60


class BadSeal(Exception):
    """The token is not ours, or is about something else."""


class OldSeal(BadSeal):
    """The token was ours; the page stood open too long."""


def _signer(purpose: str, about: tuple[str, ...]) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="\0".join(("seal", purpose, *about)))


def mint(purpose: str, *about: str) -> str:
    return _signer(purpose, about).sign(secrets.token_urlsafe(16))


def nonce(token: str, purpose: str, *about: str, max_age: int = PAGE_AGE) -> str:
    """The nonce inside a token that is valid now."""
    try:
        return _signer(purpose, about).unsign(token, max_age=max_age)
    except signing.SignatureExpired as error:
        raise OldSeal from error
    except (signing.BadSignature, UnicodeError) as error:
        raise BadSeal from error
