"""What intake judges of a file without opening it: its name, its extension, its size (R30, R31)."""

import difflib
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from shared.errors import ProblemError

NAME_CHARACTERS_MAX = 255
TYPE_CHARACTERS_MAX = 255
EXTENSIONS = (
    "pdf", "jpeg", "jpg", "tif", "png", "gif", "mpeg", "mpg", "ogg", "ppt", "pps", "xls", "xlsx", "doc", "docx", "rtf",
    "txt", "csv", "mp4", "mov", "mp3",
)  # fmt: skip
LOGO_EXTENSIONS = ("png", "jpeg", "jpg", "gif")

_NEAREST = MappingProxyType(
    {
        **dict.fromkeys(("pptx", "pptm", "ppsx", "potx", "odp", "key"), "ppt or pdf"),
        **dict.fromkeys(("docm", "dotx", "odt", "pages", "wps"), "docx or pdf"),
        **dict.fromkeys(("xlsm", "xlsb", "ods", "numbers"), "xlsx or csv"),
        **dict.fromkeys(("tiff",), "tif"),
        **dict.fromkeys(("jpe", "jfif", "heic", "heif", "webp", "avif"), "jpg"),
        **dict.fromkeys(("svg", "bmp", "ico", "psd", "ai", "eps"), "png or pdf"),
        **dict.fromkeys(("html", "htm", "epub", "mobi", "md", "tex", "djvu", "ps"), "pdf"),
        **dict.fromkeys(("avi", "mkv", "webm", "wmv", "m4v", "flv", "3gp"), "mp4"),
        **dict.fromkeys(("wav", "flac", "aac", "m4a", "wma", "oga", "opus"), "mp3"),
        **dict.fromkeys(("json", "xml", "log", "yaml", "yml"), "txt"),
        **dict.fromkeys(("tsv",), "csv"),
        **dict.fromkeys(("zip", "rar", "7z", "tar", "gz"), "single files, for example pdf"),
    }
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The bytes of one revision, measured: size in bytes, digest as 64 hex digits."""

    name: str
    size: int
    sha256: str
    declared_type: str | None = None


def clean_name(text: str) -> str:
    """Return a file's name as it is kept.

    Raises 422 `name-not-allowed` for path parts, control and invisible characters, `name-too-long` over 255 characters.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if set(name) & set("/\\") or name.strip(". ") == "" or any(unicodedata.category(one) in _INVISIBLE for one in name):
        raise ProblemError(422, "name-not-allowed")
    if len(name) > NAME_CHARACTERS_MAX:
        raise ProblemError(422, "name-too-long", limit=NAME_CHARACTERS_MAX, length=len(name))
    return name


def extension(name: str) -> str:
    """Return the part after the last dot, in lower case; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def require_format(name: str) -> None:
    """Raise 415 `format-not-allowed` (R31), naming the nearest allowed format."""
    found = extension(name)
    if found not in EXTENSIONS:
        raise ProblemError(415, "format-not-allowed", rule="R31", extension=found or None, nearest=nearest(found))


def require_picture(name: str) -> None:
    """Raise 415 `logo-format-not-allowed` unless the name is that of a png, jpeg or gif."""
    if extension(name) not in LOGO_EXTENSIONS:
        raise ProblemError(415, "logo-format-not-allowed")


def nearest(found: str) -> str:
    """Return the nearest allowed format: what office programs can save, else what is spelt alike, else pdf."""
    alike = difflib.get_close_matches(found, EXTENSIONS, n=1, cutoff=0.6)
    return _NEAREST.get(found) or (alike[0] if alike else "pdf")


def declared_type(header: str | None) -> str | None:
    """Return what the sender says of the file's type, if it can be kept; nothing is decided on it."""
    if not header or len(header) > TYPE_CHARACTERS_MAX or not header.isprintable():
        return None
    return header.strip() or None


def too_large(limit: int) -> ProblemError:
    """Return the refusal of a file of more than `limit` bytes (R30)."""
    return ProblemError(413, "file-too-large", rule="R30", limit=limit)
