"""One HTTP exchange with a push service: to an address that may be dialled, and ended at a deadline whatever it does.

Drivers and cameras have lines of their own. They call what the operator named; this one calls what a browser named,
so it looks at each address in the moment in which it is dialled, and has no ears.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from functools import cache

import httpcore
import httpx

from .endpoints import Endpoint, may_dial

PATIENCE = 5.0  # seconds for all of it, from the name to the status


class Forbidden(httpcore.ConnectError):
    """The name leads to an address that is not dialled."""


async def post(endpoint: Endpoint, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """The status and the headers. What else it says is not read."""
    url = endpoint.url
    request = httpx.Request("POST", url, content=body, headers=_COMMON | headers)
    tls = trusted() if url.scheme == "https" else None
    async with (
        asyncio.timeout(PATIENCE),
        httpcore.AsyncConnectionPool(tls, max_connections=1, network_backend=_Network(endpoint)) as pool,
        pool.stream(
            "POST",
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=body,
        ) as answer,
    ):
        return httpx.Response(answer.status, headers=answer.headers)


_COMMON = {"User-Agent": "visitor-portal", "Accept-Encoding": "identity", "Connection": "close"}


class _Network(httpcore.AsyncNetworkBackend):
    """Looks the name up itself, so that what is looked at is what is dialled."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._is_named = endpoint.is_named
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        allowed = [address for address in addresses if may_dial(address, is_named=self._is_named)]
        if not allowed:
            raise Forbidden("no address of that name may be dialled")
        for number, address in enumerate(allowed, start=1):
            try:
                async with asyncio.timeout(PATIENCE / (len(allowed) + 1)):
                    return await self._network.connect_tcp(address, port, socket_options=socket_options)
            except (httpcore.ConnectError, TimeoutError):
                if number == len(allowed):
                    raise
        raise httpcore.ConnectError("no address")


@cache
def trusted() -> ssl.SSLContext:
    """Certificates are always checked: by the public authorities, and by those this computer was told to trust."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
