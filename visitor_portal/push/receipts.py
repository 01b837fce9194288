"""What a phone sends back: that it showed this very ring. Its token is computed, kept nowhere, good for that only."""

import hmac
import re

from django.utils.crypto import salted_hmac

PREFIX = "receipt_"
_TOKEN = re.compile(r"receipt_([0-9A-Z]{26})_([0-9a-f]{64})", re.ASCII)


def token(phone_id: str, about: str, stage: str) -> str:
    mac = salted_hmac("push receipt", f"{phone_id}:{about}:{stage}", algorithm="sha256").hexdigest()
    return f"{PREFIX}{phone_id}_{mac}"


def phone_of(sent: str, about: str, stage: str) -> str:
    """The id of the phone that this token speaks for; empty when it is not ours, or about something else."""
    found = _TOKEN.fullmatch(sent)
    if not found or not hmac.compare_digest(token(found[1], about, stage), sent):
        return ""
    return found[1]
