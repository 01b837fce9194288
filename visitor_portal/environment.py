"""Settings out of the environment. A value that cannot be right stops the start with a sentence that names it."""

import base64
import binascii
import json
import os
import re
import secrets
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
_NOWHERE = ("localhost", "local", "internal", "lan", "home", "test", "invalid", "example", "arpa")


def envtext(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def envbool(name: str, default: bool) -> bool:
    value = envtext(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value == "True"


def envint(name: str, default: int, *, least: int = 0, most: int = 10**6) -> int:
    value = envtext(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def envlevel(name: str, default: str) -> str:
    value = envtext(name, default)
    if value not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ImproperlyConfigured(f"{name} must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not {value!r}.")
    return value


def envurl(name: str, default: str) -> str:
    value = envtext(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        whole = False
    if value and (not whole or parts.query or parts.fragment):
        raise ImproperlyConfigured(f"{name} must be an http or https address, not {value!r}.")
    return value


def envtemplate(name: str) -> str:
    """An address with {device_id} once, in its path or query: never in what names the host."""
    value = envtext(name)
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if value and not (whole and "{device_id}" in parts.path + parts.query and value.count("{") == 1):
        raise ImproperlyConfigured(f"{name} must be a web address with {{device_id}} once, after its host.")
    return value


def envdatabase(name: str, default: str) -> dj_database_url.DBConfig:
    try:
        return dj_database_url.parse(envtext(name, default), conn_health_checks=True)
    except ValueError:  # its own words may hold the password
        raise ImproperlyConfigured(f"{name} must be a database address that Django knows.") from None


def envlist(name: str) -> list[str]:
    return [item.strip() for item in envtext(name).split(",") if item.strip()]


def new_secret() -> str:
    return secrets.token_urlsafe(48)


def envsecret(name: str, path: Path, make: Callable[[], str] = new_secret) -> str:
    """NAME, else the file NAME_FILE names, else a value made once and kept readable by its owner alone."""
    if value := envtext(name):
        return value
    path = Path(envtext(f"{name}_FILE") or path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(make())
        try:
            os.link(made, path)  # two processes that start together agree on one key
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text().strip()


def envname(name: str, default: str) -> str:
    """The dotted name of a class of Python, as package.module.Class."""
    value = envtext(name, default)
    if value and not all(part.isidentifier() for part in (*value.split("."), *([] if "." in value else [""]))):
        raise ImproperlyConfigured(f"{name} must be a dotted name, as package.module.Class, not {value!r}.")
    return value


def envservers(name: str, *schemes: str) -> list[str]:
    """STUN or TURN servers with commas, as turn:turn.example.com:3478?transport=udp."""
    urls = envlist(name)
    for url in urls:
        scheme, _, rest = url.partition(":")
        if scheme not in schemes or not rest or rest.startswith("/"):
            wanted = " or ".join(f"{scheme}:host" for scheme in schemes)
            raise ImproperlyConfigured(f"{name} must name each server as {wanted}, not {url!r}.")
    return urls


def envice(name: str) -> list[dict[str, object]]:
    """A JSON list in the shape of RTCPeerConnection's iceServers; empty means no STUN and no TURN."""
    try:
        servers = json.loads(envtext(name, "[]"))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a JSON list.") from error
    if not isinstance(servers, list) or not all(isinstance(s, dict) and "urls" in s for s in servers):
        raise ImproperlyConfigured(f"{name} must be a JSON list of objects that each have 'urls'.")
    return servers


def new_push_key() -> str:
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def envpushkey(name: str, path: Path) -> str:
    """A private key of P-256: its 32 bytes in base64url, as makers of VAPID keys print them."""
    value = envsecret(name, path, new_push_key)
    try:
        number = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        whole = len(number) == 32
        ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())
    except (ValueError, binascii.Error):
        whole = False
    if not whole:  # its own words would show the key
        raise ImproperlyConfigured(f"{name} must be a private key of P-256: 32 bytes in base64url.")
    return value.rstrip("=")


def is_real_host(host: str) -> bool:
    """A name that the world could know: push services refuse who gives no other."""
    is_name = bool(_HOST.fullmatch(host.lower())) and "." in host and len(host) < 254
    return is_name and host.lower().rpartition(".")[2] not in _NOWHERE and not _is_ip(host)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def envsubject(name: str, public_base_url: str) -> str:
    """Whom a push service may turn to: mailto: or https:. By default the site itself."""
    value = envtext(name)
    if not value:
        host = urlsplit(public_base_url).hostname or "localhost"
        is_known = public_base_url.startswith("https://") and is_real_host(host)
        # For trying it out on one machine. Apple refuses it; others take it.
        return f"https://{host}" if is_known else "mailto:visitor-portal@localhost"
    scheme, _, rest = value.partition(":")
    host = rest.rpartition("@")[2] if scheme == "mailto" and "@" in rest[1:] else rest.removeprefix("//")
    if scheme not in ("mailto", "https") or not is_real_host(host.rstrip("/")):
        raise ImproperlyConfigured(
            f"{name} must be mailto: and an address, or https:// and a host, that exist in the world, not {value!r}."
        )
    return value.rstrip("/")


def envhosts(name: str) -> list[str]:
    """Hosts with commas, each with its port or without."""
    hosts = [item.lower() for item in envlist(name)]
    for item in hosts:
        host, _, port = item.rpartition(":") if re.search(r":\d+$", item) else (item, "", "443")
        if not (_HOST.fullmatch(host) or _is_ip(host.strip("[]"))) or not 0 < int(port) < 65536:
            raise ImproperlyConfigured(f"{name} must name hosts, each as host or host:port, not {item!r}.")
    return hosts
