"""A browser's key outside of a browser: it signs as static/js/device.js does."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from visitor_portal.building.models.ids import hashed


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def spki(key: Any, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> str:
    return text(key.public_key().public_bytes(Encoding.DER, form))


class Key:
    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = spki(self.private)

    def sign(self, challenge: str, token: str, action: str, place: str = "", key: str = "") -> str:
        """What goes into X-Device-Proof."""
        lines = ("device", action, hashed(token)[:8], place, key, challenge)
        der = self.private.sign("\n".join(lines).encode(), ec.ECDSA(SHA256()))
        raw = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
        return f"{challenge}.{text(raw)}"
