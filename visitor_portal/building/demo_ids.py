"""Names of the demo's things that are the same at every run."""

from hashlib import sha256

from django.utils.crypto import salted_hmac
from ulid import ULID


def fixed_id(name: str) -> str:
    """The same id at every run."""
    return str(ULID.from_bytes(sha256(f"demo {name}".encode()).digest()[:16]))


def fixed_secret(kind: str, name: str) -> str:
    """The same secret at every run of this installation, and another one in every other."""
    return f"{kind}_{salted_hmac('demo', f'{kind} {name}', algorithm='sha256').hexdigest()}"
