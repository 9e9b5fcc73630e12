"""What a camera wrote into a picture: where it was taken, and words."""

from PIL import ExifTags, Image

TEXT_CHARACTERS_MAX = 64 * 1024
_WORDS = (
    ExifTags.Base.ImageDescription, ExifTags.Base.Artist, ExifTags.Base.Copyright, ExifTags.Base.XPTitle,
    ExifTags.Base.XPComment, ExifTags.Base.XPAuthor, ExifTags.Base.XPKeywords, ExifTags.Base.XPSubject,
)  # fmt: skip
_WORDS_OF_CAMERA = (ExifTags.Base.UserComment, ExifTags.Base.CameraOwnerName, ExifTags.Base.BodySerialNumber)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, OverflowError, AttributeError)


def location(picture: Image.Image) -> bool:
    """Say whether the picture tells where it was taken."""
    try:
        place = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        if place.get(ExifTags.GPS.GPSLatitude) and place.get(ExifTags.GPS.GPSLongitude):
            return True
    except _BROKEN:
        return False
    packet = picture.info.get("xmp", b"")
    return b"GPSLatitude" in (packet if isinstance(packet, bytes) else str(packet).encode())


def words(picture: Image.Image) -> list[str]:
    """Return authors, descriptions, comments and the text chunks of a png."""
    found: list[object] = []
    try:
        tags = picture.getexif()
        camera = tags.get_ifd(ExifTags.IFD.Exif)
        found += [tags.get(tag) for tag in _WORDS] + [camera.get(tag) for tag in _WORDS_OF_CAMERA]
    except _BROKEN:
        found.clear()
    found += [picture.info.get("comment"), *(getattr(picture, "text", {}) or {}).values()]
    found.append(picture.info.get("xmp"))
    return [_decoded(one)[:TEXT_CHARACTERS_MAX] for one in found if one]


def _decoded(value: object) -> str:
    if isinstance(value, tuple) and all(isinstance(one, int) for one in value):
        value = bytes(one & 0xFF for one in value)
    if not isinstance(value, bytes):
        return str(value)
    if value.startswith((b"ASCII\0\0\0", b"UNICODE\0")):
        value = value[8:]
    wide = len(value) > 3 and value[1::2].count(0) > len(value) // 3
    return value.decode("utf-16-le" if wide else "utf-8", "replace").strip("\0")
