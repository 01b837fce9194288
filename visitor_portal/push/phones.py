"""A resident's phones: taken in, renewed, proved, ended."""

import base64
import binascii
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.db.models import Q
from ulid import ULID

from . import endpoints, receipts, sender
from .models import Phone

MOST = 10  # of one resident
NAME = 60  # characters
TEST, SHOWN = "test", "shown"
TEST_AGE = timedelta(minutes=10)  # in which the receipt of a test ring counts


class BadSubscription(ValueError):
    """Nothing that a phone could be rung by."""


class TooMany(Exception):
    """This resident has as many phones as may be."""


class TakenElsewhere(Exception):
    """This address belongs to somebody else's phone."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser got from its push service."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def from_json(cls, data: Any) -> "Subscription":
        keys = data.get("keys") if isinstance(data, dict) else None
        if not isinstance(keys, dict):
            raise BadSubscription("no subscription")
        endpoint, p256dh, auth = data.get("endpoint"), keys.get("p256dh"), keys.get("auth")
        if not isinstance(endpoint, str) or not isinstance(p256dh, str) or not isinstance(auth, str):
            raise BadSubscription("no subscription")
        found = cls(endpoint, p256dh, auth)
        try:
            endpoints.checked(found.endpoint)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(found.p256dh, 65))
            _bytes(found.auth, 16)
        except ValueError as error:
            raise BadSubscription(str(error)) from error
        return found


def _bytes(text: str, length: int) -> bytes:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("no key") from None
    if len(found) != length or len(text) > 90:
        raise ValueError("no key")
    return found


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


# -- whose


def of(owner: str) -> list[Phone]:
    """The phones that ring for this resident, in the order in which they came."""
    return list(Phone.objects.filter(owner=owner, ended_at=None).order_by("created_at", "id"))


def known_of(owner: str) -> list[Phone]:
    """Those and the ended ones of late, in the same order."""
    return list(Phone.objects.filter(owner=owner).order_by("created_at", "id"))


def of_all(owners: Iterable[str]) -> list[Phone]:
    return list(Phone.objects.filter(owner__in=list(owners), ended_at=None).order_by("id"))


def by_secret(owner: str, secret: str) -> Phone | None:
    """The phone whose browser holds this secret; an ended one, too."""
    return Phone.objects.filter(owner=owner, secret_hash=_hashed(secret)).first() if secret else None


def is_lost(owner: str, secret: str) -> bool:
    phone = by_secret(owner, secret)
    return phone is not None and phone.why == Phone.Why.LOST


# -- coming and going


@transaction.atomic
def take_in(owner: str, name: str, subscription: Subscription, secret: str, *, now: datetime) -> tuple[Phone, str]:
    """This browser rings for this resident from now on. `secret` is what it holds, if it was here before.

    Gives the phone, and the secret that its browser is to keep.
    """
    known = _known(owner, subscription, secret)
    if known is None and Phone.objects.filter(owner=owner, ended_at=None).count() >= MOST:
        raise TooMany
    phone = known or Phone(name=name, created_at=now)
    if phone.owner != owner or phone.ended_at:
        phone.proven_at = None
    phone.owner, phone.ended_at, phone.why = owner, None, ""
    if phone.endpoint != subscription.endpoint:
        phone.trouble = ""
    phone.endpoint, phone.p256dh, phone.auth = subscription.endpoint, subscription.p256dh, subscription.auth
    if not secret or phone.secret_hash != _hashed(secret):
        secret = f"phone_{secrets.token_urlsafe(32)}"
    phone.secret_hash = _hashed(secret)
    phone.save()
    return phone, secret


def _known(owner: str, subscription: Subscription, secret: str) -> Phone | None:
    """The row of this browser: by its address, or by its secret when it got a new one."""
    at_address = Phone.objects.select_for_update().filter(endpoint=subscription.endpoint).first()
    if at_address:
        is_same = (at_address.p256dh, at_address.auth) == (subscription.p256dh, subscription.auth)
        if not is_same and at_address.owner != owner:  # whoever has only heard of an address can't take it over
            raise TakenElsewhere
        return at_address
    phone = Phone.objects.select_for_update().filter(owner=owner, secret_hash=_hashed(secret)).first()
    return phone if phone and phone.why != Phone.Why.LOST else None


def rename(owner: str, phone_id: str, name: str) -> None:
    if name := " ".join("".join(c for c in name if c.isprintable()).split())[:NAME]:
        Phone.objects.filter(owner=owner, id=phone_id, ended_at=None).update(name=name)


def end(owner: str, phone_id: str, why: str, *, now: datetime) -> None:
    """It rings no more. A lost one is known again, to be shown nothing."""
    Phone.objects.filter(owner=owner, id=phone_id, ended_at=None).update(ended_at=now, why=why)


def dismiss(owner: str, phone_id: str) -> None:
    """One that ended need not be shown any more. A lost one that was found rings when it subscribes again."""
    Phone.objects.filter(owner=owner, id=phone_id, ended_at__isnull=False).update(why=Phone.Why.REMOVED)


def forget(*, before: datetime) -> None:
    """Those that ended long ago. A lost one is known for longer than its resident's cookie would hold."""
    old = Phone.objects.filter(ended_at__lt=before)
    old.exclude(why=Phone.Why.LOST).delete()
    old.filter(ended_at__lt=before - timedelta(days=400)).delete()


# -- proving


def test(owner: str, phone_id: str) -> str:
    """Ring this very phone. Gives by what its receipt is known; empty when there is no such phone."""
    phone = Phone.objects.filter(owner=owner, id=phone_id, ended_at=None).first()
    if phone is None:
        return ""
    about = f"{TEST}-{ULID()}"
    token = receipts.token(phone.id, about, SHOWN)
    payload = {"kind": TEST, "tag": TEST, "about": about, "receipt": token}
    sender.send(sender.Push(phone, f"{TEST}:{phone.id}", payload, nobody))
    return about


def nobody(outcomes: list[sender.Outcome]) -> None:
    """What became of it is on the phone's own row, and that is all."""


def proved_by_test(about: str, token: str, *, now: datetime) -> bool:
    """The receipt of a test ring. Sent twice, it says the same."""
    phone_id = receipts.phone_of(token, about, SHOWN)
    if not phone_id or not about.startswith(f"{TEST}-"):
        return False
    sent = ULID.from_str(about.removeprefix(f"{TEST}-")).datetime
    if now - sent <= TEST_AGE:
        proved(phone_id, now, after=sent)
    return True


def proved(phone_id: str, now: datetime, *, after: datetime | None = None) -> None:
    """It showed something: at this moment, unless it said so since then already."""
    rows = Phone.objects.filter(id=phone_id, ended_at=None)
    if after:
        rows = rows.filter(Q(proven_at=None) | Q(proven_at__lt=after))
    rows.update(proven_at=now, trouble="")
