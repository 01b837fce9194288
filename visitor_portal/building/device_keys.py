"""The key of a browser that holds an invite. It signs each tap, so that a copy of its cookie opens nothing.

What is signed is a text of six lines: `device`, the action, the link's mark, the place, the request's idempotency key
and our challenge. The challenge makes it fresh; the idempotency key makes it good for one opening.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from django.core import signing

from .models import InviteDevice
from .refusals import Refusal

FRESH = 15  # minutes in which a challenge is good: as long as a page of ours may stand open
_SALT = "visitor_portal.building.device_keys"
_KEY = re.compile(r"[A-Za-z0-9_-]{80,160}", re.ASCII)
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a tap must have signed, as the request itself says it."""

    action: str  # open, lights, otp or move
    link: str  # the hash of the link's token
    place: str = ""  # the grant or the sign
    key: str = ""

    def text(self, challenge: str) -> bytes:
        return "\n".join(("device", self.action, self.link[:8], self.place, self.key, challenge)).encode()


def read(sent: str) -> str:
    """A public key as it is kept: P-256, and always written in the same way."""
    try:
        if not _KEY.fullmatch(sent):
            raise ValueError("no base64url")
        return _written(_load(sent))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refusal("invalid_request", "X-Device-Key must be a P-256 public key: SPKI in base64url.") from error


def challenge(invite_id: str, now: datetime) -> str:
    """The same for a minute, so that a page that looks again has nothing new to show. Nothing is kept of it."""
    return _signer(invite_id).sign(str(_minute(now)))


def proves(device: InviteDevice, sent: str, signed: Signed, *, now: datetime) -> bool:
    """Whether this is the device's own signature over just this, made a moment ago."""
    given, _, signature = sent.rpartition(".")
    if not _SIGNATURE.fullmatch(signature) or not _is_fresh(given, device.invite_id, now):
        return False
    if signed.action == "open" and not signed.key:
        return False  # it could be sent again and again
    raw = _bytes(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        _load(device.key).verify(pair, signed.text(given), ec.ECDSA(SHA256()))
    except (InvalidSignature, UnicodeError):
        return False
    return True


def _load(text: str) -> ec.EllipticCurvePublicKey:
    key = load_der_public_key(_bytes(text))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("another kind of key")
    return key


def _written(key: ec.EllipticCurvePublicKey) -> str:
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(spki).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signer(invite_id: str) -> signing.Signer:
    return signing.Signer(salt=f"{_SALT} {invite_id}")


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _is_fresh(given: str, invite_id: str, now: datetime) -> bool:
    try:
        age = _minute(now) - int(_signer(invite_id).unsign(given))
    except (signing.BadSignature, ValueError):
        return False
    return -1 <= age <= FRESH  # two machines' clocks may be a moment apart
