"""Which addresses may be called. A browser names them, so anybody could: they are those of push services alone."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx
from django.conf import settings

MOST = 1000  # characters
# Each with all that is below it: Chrome and Edge on Android, Firefox, Safari, Edge on Windows
KNOWN = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
_TRANSLATED = IPv6Network("64:ff9b::/96")  # by which some networks reach IPv4 from IPv6


class BadEndpoint(ValueError):
    """Not the address of a push service that may be called. Its words name no address."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: httpx.URL
    is_named: bool  # by the operator, who may name an address of their own network

    @property
    def origin(self) -> str:
        return f"{self.url.scheme}://{self.url.netloc.decode()}"


def checked(address: str) -> Endpoint:
    if not 0 < len(address) <= MOST or not address.isascii() or not address.isprintable() or "\\" in address:
        raise BadEndpoint("no address")
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise BadEndpoint("no address") from None
    if url.userinfo or url.fragment or not url.host:
        raise BadEndpoint("more than an address")
    is_named = _is_named(url)
    if url.scheme != "https" and not (is_named and url.scheme == "http" and _is_loopback(url.host)):
        raise BadEndpoint("not https")
    if not is_named and not (url.port in (None, 443) and _is_known(url.host)):
        raise BadEndpoint("no push service that is known")
    return Endpoint(url, is_named)


def _is_known(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in KNOWN)


def _is_named(url: httpx.URL) -> bool:
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = url.port or {"https": 443, "http": 80}.get(url.scheme, 0)
    names = {f"{host}:{port}", *([host] if port == 443 else [])}
    return not names.isdisjoint(settings.PUSH_HOSTS)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_dial(address: str, *, is_named: bool) -> bool:
    """Whether this very address may be connected to: a name that is fine may still lead anywhere."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if is_named:  # the operator's own word, but for what no push service can be
        return not (ip.is_multicast or ip.is_unspecified or ip.is_link_local or ip.is_reserved)
    return all(inner.is_global and not inner.is_multicast for inner in _and_within(ip))


def _and_within(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, and those of the old kind that it wraps, to which it may lead."""
    if isinstance(ip, IPv4Address):
        return [ip]
    found: list[IPv4Address | IPv6Address | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _TRANSLATED:
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    wrapped = [inner for inner in found if inner is not None]
    # What is only wrapped counts by what it wraps: the wrapping itself is not global by the book.
    return wrapped if ip.ipv4_mapped or ip in _TRANSLATED else [ip, *wrapped]
