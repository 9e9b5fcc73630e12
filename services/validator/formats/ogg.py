"""Ogg: a first page that opens a stream of a known codec."""

from services.validator.formats import Inspection, NotThisFormatError, foreign

_CODECS = {
    b"\x01vorbis": "audio/ogg",
    b"OpusHead": "audio/ogg",
    b"\x7fFLAC": "audio/ogg",
    b"Speex   ": "audio/ogg",
    b"\x80theora": "video/ogg",
    b"fishead\0": "application/ogg",
    b"BBCD\0": "video/ogg",
}


def inspect(path: str, kind: str) -> Inspection:
    """Read the first page. Raises `NotThisFormatError` when it opens no stream."""
    with open(path, "rb") as file:
        head = file.read(4096)
    if head[:5] != b"OggS\0" or len(head) < 28 or not head[5] & 2:
        raise NotThisFormatError
    payload = head[27 + head[26] :]
    for signature, media_type in _CODECS.items():
        if payload.startswith(signature):
            return Inspection(media_type, tuple(foreign.faults(path, kind or "ogg")))
    raise NotThisFormatError("an Ogg stream of an unknown codec")
