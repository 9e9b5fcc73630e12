"""Sending a file that no browser may render in our origin: attachment, sandbox, digest."""

import base64
from urllib.parse import quote

from shared.http.ranges import Part

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._- ()")


def attachment(name: str) -> str:
    """A Content-Disposition that saves the file under its name (RFC 6266, RFC 8187), whatever the name holds."""
    plain = "".join(character if character in _PLAIN else "_" for character in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def repr_digest(sha256: str) -> str:
    """The value of Repr-Digest (RFC 9530) for a digest of 64 hex digits."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def download_headers(name: str, sha256: str, size: int, part: Part | None) -> dict[str, str]:
    """The headers of an answer with a file of `size` bytes, or with a part of it; `sha256` is that of the whole."""
    headers = {
        "Content-Disposition": attachment(name),
        "Content-Length": str(part.length if part else size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Accept-Ranges": "bytes",
        "ETag": f'"{sha256}"',
        "Repr-Digest": repr_digest(sha256),
    }
    return {**headers, "Content-Range": part.content_range} if part else headers
