"""Which addresses may be shown to the public: http or https, a public host, nothing secret inside."""

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit

from shared.contracts.result import URL_CHARACTERS_MAX
from shared.errors import ProblemError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_LOCAL_ENDINGS = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "invalid",
     "test", "onion"}
)  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def public_url(text: str) -> str:
    """Return the address as it may be published; 422 `url-not-allowed` otherwise."""
    url = text.strip()
    if not _is_clean(url):
        raise ProblemError(422, "url-not-allowed")
    try:
        parts = urlsplit(url)
        allowed = _is_public(parts) and _has_valid_port(parts)
    except ValueError:
        allowed = False
    if not allowed:
        raise ProblemError(422, "url-not-allowed")
    return url


def _is_clean(url: str) -> bool:
    return 0 < len(url) <= URL_CHARACTERS_MAX and url.isprintable() and not set(url) & set(' \\"<>^`{|}')


def _has_valid_port(parts: SplitResult) -> bool:
    return parts.port is None or parts.port > 0


def _is_public(parts: SplitResult) -> bool:
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc or not parts.hostname:
        return False
    if parts.netloc.startswith("["):
        return is_public_address(ipaddress.ip_address(parts.hostname))
    return _is_public_host(parts.hostname)


def _is_public_host(host: str) -> bool:
    """A name of at least two labels that is not one of the local endings, or a public IPv4 in any way of writing it."""
    try:
        name = host.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError:
        return False
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _is_public_number(name)
    return len(labels) > 1 and labels[-1] not in _LOCAL_ENDINGS and all(map(_LABEL.fullmatch, labels))


def _is_public_number(host: str) -> bool:
    """Browsers read 2130706433, 0x7f.1 and 127.1 as 127.0.0.1, so we do too."""
    try:
        return is_public_address(ipaddress.IPv4Address(socket.inet_aton(host)))
    except OSError:
        return False


def is_public_address(address: IpAddress) -> bool:
    """Tell whether an address is reachable by anybody, also when it is wrapped into IPv6."""
    if isinstance(address, ipaddress.IPv6Address) and (inner := _wrapped(address)) is not None:
        return is_public_address(inner)
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or site_local)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
