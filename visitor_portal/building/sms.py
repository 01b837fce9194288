"""Short messages to phones, by whatever gateway `SMS_BACKEND` names. Without one, nothing here sends any."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

import httpcore
import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from .drivers.http_line import Line, client
from .drivers.outside import Deadline
from .models import Building, OtpChallenge
from .refusals import Refusal

PATIENCE = 5.0  # seconds for the gateway, in all
DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


class NotSent(OSError):
    """The gateway did not accept it, or nobody knows whether it did."""


class Gateway(Protocol):
    def send(self, to: str, text: str) -> None:
        """Hand one message over, once. Raises OSError unless it was accepted."""


class HttpGateway:
    """Any gateway that takes JSON by POST: `{"to", "from", "text"}` with a bearer token; 2xx is accepted.

    A message is never sent twice: an answer that did not come may have been a yes, and each one costs money.
    """

    def send(self, to: str, text: str) -> None:
        line = Line(Deadline.after(PATIENCE))
        body = {"to": to, "from": settings.SMS_FROM, "text": text}
        headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}"} if settings.SMS_TOKEN else {}
        try:
            with client(line) as http, http.stream("POST", settings.SMS_URL, json=body, headers=headers) as answer:
                status = answer.status_code  # the body is of no use, so it is not waited for
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise NotSent(type(error).__name__) from error
        if not 200 <= status < 300:
            logger.warning("The SMS gateway answered %s.", status)
            raise NotSent(str(status))


def gateway() -> Gateway | None:
    if not settings.SMS_BACKEND:
        return None
    found: Gateway = import_string(settings.SMS_BACKEND)()
    return found


def take_one(*, now: datetime) -> None:
    """Refuse one more than the day's budget. Call it inside the transaction that adds the challenge."""
    # Two messages anywhere wait for each other here, so that both are counted.
    list(Building.objects.select_for_update().order_by("id").values_list("id"))
    sent = OtpChallenge.objects.filter(channel="sms", sent_at__gt=now - DAY).order_by("-sent_at")
    most = settings.SMS_PER_DAY
    if oldest := sent.values_list("sent_at", flat=True)[most - 1 : most].first():
        logger.warning("The day's budget of %s short messages is used up.", most)
        raise Refusal("too_many_tries", retry_after=-((now - oldest - DAY) // timedelta(seconds=1)))  # rounded up
