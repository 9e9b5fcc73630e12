"""How the service and a parser child talk: four bytes of length, then JSON. Both sides refuse what is too long."""

import json
import struct
from typing import Any

FRAME_BYTES_MAX = 4 * 1024 * 1024
_LENGTH = struct.Struct(">I")
HEADER_BYTES = _LENGTH.size


class FrameError(Exception):
    """The other side sent something that is no frame; nothing it says can be relied on."""


def pack(body: bytes) -> bytes:
    """Return a frame around JSON."""
    if len(body) > FRAME_BYTES_MAX:
        raise FrameError(f"{len(body)} bytes are too long for a frame")
    return _LENGTH.pack(len(body)) + body


def length(header: bytes) -> int:
    """Return how long the body behind this header is."""
    (size,) = _LENGTH.unpack(header)
    if size > FRAME_BYTES_MAX:
        raise FrameError(f"a frame of {size} bytes")
    return int(size)


def unpack(body: bytes) -> dict[str, Any]:
    """Return the object in a frame's body."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise FrameError("a frame that is no JSON") from error
    if not isinstance(value, dict):
        raise FrameError("a frame that is no object")
    return value
