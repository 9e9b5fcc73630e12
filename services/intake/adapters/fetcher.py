"""Files fetched for an upstream system: from hosts that the operator named, never around a corner.

The address is resolved once and that very address is asked, so a name cannot mean another host when it is used than
when it was judged. Redirects are refused. A private address is asked only when it is named itself, as `10.1.2.3` or
`10.1.2.3:9000`.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx

from services.intake.domain.links import is_public_address
from services.intake.ports import Spool
from shared.errors import ProblemError

TOTAL_SECONDS_MAX = 120.0
TIMES = httpx.Timeout(10.0, connect=5.0)
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HttpFetcher:
    """`hosts`: `host` for its usual port, or `host:port`."""

    hosts: frozenset[str]

    async def fetch(self, url: str, spool: Spool) -> str | None:
        """Fill the spool. Raises 422 `url-not-allowed`, `fetch-failed`, 413 `file-too-large`."""
        parts = self._allowed(url)
        try:
            async with asyncio.timeout(TOTAL_SECONDS_MAX):
                return await self._fill(parts, await self._address(parts), spool)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise ProblemError(422, "fetch-failed", reason=type(error).__name__) from error

    def _allowed(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            named = f"{parts.hostname}:{_port(parts)}"
        except ValueError as error:
            raise ProblemError(422, "url-not-allowed") from error
        if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or not parts.netloc.isascii():
            raise ProblemError(422, "url-not-allowed")
        usual = _port(parts) == PORTS[parts.scheme]
        if named not in self.hosts and not (usual and parts.hostname in self.hosts):
            raise ProblemError(422, "url-not-allowed")
        return parts

    async def _address(self, parts: SplitResult) -> str:
        """Return the address to ask. A host that is an address was named as such; a name must lead to the public."""
        host = str(parts.hostname)
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            found = await asyncio.get_running_loop().getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(one[4][0]) for one in found]
        if not addresses or not all(map(is_public_address, addresses)):
            raise ProblemError(422, "url-not-allowed")
        return str(addresses[0])

    async def _fill(self, parts: SplitResult, address: str, spool: Spool) -> str | None:
        literal = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{literal}:{_port(parts)}", fragment="").geturl()
        async with (
            httpx.AsyncClient(timeout=TIMES, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "GET",
                target,
                headers={"Host": parts.netloc, "Accept-Encoding": "identity"},
                extensions={"sni_hostname": str(parts.hostname)},
            ) as response,
        ):
            if response.status_code != 200:
                raise ProblemError(422, "fetch-failed", reason=f"HTTP {response.status_code}")
            async for chunk in response.aiter_raw():
                await spool.write(chunk)
            declared: str | None = response.headers.get("content-type")
            return declared


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS.get(parts.scheme, 0)
