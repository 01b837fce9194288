"""Settings out of the environment. A value that cannot be right stops the start with a sentence that names it."""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


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


def envsecret(name: str, path: Path) -> str:
    """NAME, else the file NAME_FILE names, else a value made once and kept readable by its owner alone."""
    if value := envtext(name):
        return value
    path = Path(envtext(f"{name}_FILE") or path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(48))
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
