"""What intake judges of a file without opening it: its name, its extension, its size (R30, R31)."""

import unicodedata
from dataclasses import dataclass

from shared.errors import ProblemError
from shared.vocabularies.formats import LOGO_EXTENSIONS, extension, is_allowed, nearest_texts

NAME_CHARACTERS_MAX = 255
TYPE_CHARACTERS_MAX = 255
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

    Raises 422 `filename-not-allowed` for path parts, control and invisible characters, and more than 255 characters.
    """
    name = unicodedata.normalize("NFC", text).strip()
    hidden = any(unicodedata.category(one) in _INVISIBLE for one in name)
    if hidden or set(name) & set("/\\") or not name.strip(". ") or len(name) > NAME_CHARACTERS_MAX:
        raise ProblemError(422, "filename-not-allowed")
    return name


def require_format(name: str) -> None:
    """Raise 415 `format-not-allowed` (R31), naming the nearest allowed format."""
    if not is_allowed(name):
        found = extension(name) or None
        raise ProblemError(415, "format-not-allowed", rule="R31", extension=found, nearest=nearest_texts(name))


def require_picture(name: str) -> None:
    """Raise 415 `logo-format-not-allowed` unless the name is that of a png, jpeg or gif."""
    if extension(name) not in LOGO_EXTENSIONS:
        raise ProblemError(415, "logo-format-not-allowed")


def declared_type(header: str | None) -> str | None:
    """Return what the sender says of the file's type, if it can be kept; nothing is decided on it."""
    if not header or len(header) > TYPE_CHARACTERS_MAX or not header.isprintable():
        return None
    return header.strip() or None


def too_large(limit: int) -> ProblemError:
    """Return the refusal of a file of more than `limit` bytes (R30)."""
    return ProblemError(413, "file-too-large", rule="R30", limit=limit)
