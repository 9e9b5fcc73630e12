"""What a camera or its owner wrote into a picture: where it was taken, and words, in EXIF, XMP, IPTC and png texts."""

from collections.abc import Iterator

from PIL import ExifTags, ImageFile, IptcImagePlugin

from services.validator.formats import xmp
from services.validator.formats.plain import single_byte_charset

TEXT_CHARACTERS_MAX = 64 * 1024
_WORDS = (
    ExifTags.Base.ImageDescription, ExifTags.Base.Artist, ExifTags.Base.Copyright, ExifTags.Base.XPTitle,
    ExifTags.Base.XPComment, ExifTags.Base.XPAuthor, ExifTags.Base.XPKeywords, ExifTags.Base.XPSubject,
)  # fmt: skip
_WORDS_OF_CAMERA = (ExifTags.Base.UserComment, ExifTags.Base.CameraOwnerName, ExifTags.Base.BodySerialNumber)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, OverflowError, AttributeError)


def location(path: str, picture: ImageFile.ImageFile) -> bool:
    """Say whether the picture tells where it was taken."""
    return _placed(picture) or any(b"GPSLatitude" in packet for packet in _packets(path, picture))


def _placed(picture: ImageFile.ImageFile) -> bool:
    try:
        place = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        return bool(place.get(ExifTags.GPS.GPSLatitude) and place.get(ExifTags.GPS.GPSLongitude))
    except _BROKEN:
        return False


def _packets(path: str, picture: ImageFile.ImageFile) -> Iterator[bytes]:
    """Yield what is in XMP: as the parser saw it, and wherever it stands in plain bytes (a gif, a second packet)."""
    packet = picture.info.get("xmp", b"")
    yield packet if isinstance(packet, bytes) else str(packet).encode()
    yield from xmp.packets(path)


def words(path: str, picture: ImageFile.ImageFile) -> list[str]:
    """Return authors, descriptions, comments and the text chunks of a png."""
    found: list[object] = []
    try:
        tags = picture.getexif()
        camera = tags.get_ifd(ExifTags.IFD.Exif)
        found += [tags.get(tag) for tag in _WORDS] + [camera.get(tag) for tag in _WORDS_OF_CAMERA]
    except _BROKEN:
        found.clear()
    found += [picture.info.get("comment"), *(getattr(picture, "text", {}) or {}).values()]
    found += [*_packets(path, picture), *_press(picture)]
    return [_decoded(one)[:TEXT_CHARACTERS_MAX] for one in found if one]


def _press(picture: ImageFile.ImageFile) -> Iterator[object]:
    """Yield caption, author, place and the like, as agencies and photo albums write them (IPTC)."""
    try:
        known = IptcImagePlugin.getiptcinfo(picture) or {}
    except _BROKEN:
        return
    for value in known.values():
        yield from value if isinstance(value, list) else (value,)


def _decoded(value: object) -> str:
    """Decode a text; the parser shows those of EXIF as if each byte were a letter, whatever they are written in."""
    if isinstance(value, tuple) and all(isinstance(one, int) for one in value):
        value = bytes(one & 0xFF for one in value)
    if isinstance(value, str):
        if not _is_bytes(value):
            return value
        value = value.encode("latin-1")
    if not isinstance(value, bytes):
        return str(value)
    if value.startswith((b"ASCII\0\0\0", b"UNICODE\0")):
        value = value[8:]
    for codec, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(value) > 3 and value[high::2].count(0) > len(value) // 3:
            return value.decode(codec, "replace").strip("\0")
    try:
        return value.decode().strip("\0")
    except UnicodeDecodeError:
        return value.decode(single_byte_charset(value), "replace").strip("\0")


def _is_bytes(text: str) -> bool:
    return max(text, default="\0") <= "\xff"
