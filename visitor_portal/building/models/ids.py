"""Ids name a thing and prove nothing; secrets prove and are kept as hashes. A prefix tells the kinds apart."""

import secrets
from hashlib import sha256

from ulid import ULID


def new_id() -> str:
    """A ULID, as the contract's ids are: 26 characters that sort by time. Never a secret."""
    return str(ULID())


def new_public_id() -> str:
    """What a sign's QR code names: public, and not to be guessed from another one."""
    return secrets.token_urlsafe(16)


def new_secret(kind: str) -> str:
    return f"{kind}_{secrets.token_urlsafe(32)}"


def new_peer_id() -> str:
    """A PeerJS id: 128 bits, one call, never used again. It names a side; the secret proves it."""
    return f"p{secrets.token_hex(16)}"


def hashed(secret: str) -> str:
    """SHA-256 is enough for a secret of 256 random bits."""
    return sha256(secret.encode()).hexdigest()
